import { Controller, Header, Param, Redirect, Res } from '@nestjs/common';
import { notFound, Problem } from '../http/problem.ts';
import type { Reply } from '../http/requests.ts';
import { Route } from '../http/route.ts';
import { contentSecurityPolicy, DocsPage, page } from './docs-page.ts';

@Controller()
export class DocsController {
  private readonly files: DocsPage;

  constructor(files: DocsPage) {
    this.files = files;
  }

  @Route('home')
  @Redirect('/docs', 302)
  home(): undefined {
    return undefined;
  }

  @Route('openApi')
  @Header('Content-Type', 'application/json; charset=utf-8')
  openApi(): string {
    return this.files.openApi;
  }

  @Route('docsPage')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', contentSecurityPolicy)
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('Referrer-Policy', 'no-referrer')
  docsPage(): string {
    return page;
  }

  @Route('docsFile')
  @Header('Content-Security-Policy', contentSecurityPolicy)
  @Header('X-Content-Type-Options', 'nosniff')
  @Header('Cache-Control', 'public, max-age=3600')
  async docsFile(@Param('file') name: string, @Res({ passthrough: true }) reply: Reply): Promise<Buffer | string> {
    const file = await this.files.file(name);
    if (file === null) throw new Problem(notFound('file'));
    void reply.type(file.type);
    return file.body;
  }
}
