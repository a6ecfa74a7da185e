import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export type PageFile = Readonly<{ type: string; body: Buffer | string }>;

/** Nothing from elsewhere, nothing inline: the page works offline, and text from the API cannot become code. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdpoint API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null, persistAuthorization: false });\n`;

const script = 'text/javascript; charset=utf-8';
const fromPackage: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': script,
  'favicon-32x32.png': 'image/png',
};

/** The files of the page: those of Swagger UI, read once, and the few lines that start it. */
export class DocsPage {
  /** The OpenAPI document as JSON. */
  readonly openApi: string;
  private readonly folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  private readonly files = new Map<string, Promise<PageFile>>([['start.js', Promise.resolve({ type: script, body: start })]]);

  constructor(document: object) {
    this.openApi = JSON.stringify(document);
  }

  /** Null: the page has no such file. */
  file(name: string): Promise<PageFile> | null {
    const known = this.files.get(name);
    if (known !== undefined) return known;
    const type = Object.hasOwn(fromPackage, name) ? fromPackage[name] : undefined;
    if (type === undefined) return null;
    const reading = readFile(join(this.folder, name)).then((body) => ({ type, body }));
    this.files.set(name, reading);
    return reading;
  }
}
