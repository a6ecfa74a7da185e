import * as contracts from '@holdpoint/contracts';
import { endpoints, responseHeaders, type Endpoint, type EndpointAnswer } from '@holdpoint/contracts';
import { z } from 'zod';

type JsonSchema = Record<string, unknown>;
type OpenApiDocument = Readonly<{ openapi: string; info: object; paths: Record<string, Record<string, unknown>>; components: object } & Record<string, unknown>>;

/** Schemas that stand under a name of their own in the document. */
const named = [
  'AppliedTemplate',
  'Approval',
  'ApproveRequest',
  'Change',
  'CreatedKey',
  'DecisionRecord',
  'Guard',
  'GuardDraft',
  'GuardPatch',
  'Key',
  'KeyDraft',
  'Policy',
  'PolicyOrder',
  'PolicyTemplate',
  'PolicyVersion',
  'PolicyVersionDiff',
  'ProblemDocument',
  'ProviderToolsRequest',
  'ScanRequest',
  'ScanResponse',
  'SettleRequest',
  'TemplateApplication',
  'Threat',
  'ToolCallResult',
  'ToolRequest',
  'ValidateRequest',
  'ValidateResponse',
  'WholePolicyVersion',
] as const satisfies readonly (keyof typeof contracts)[];

const localRefs = '#/$defs/';
const refs = '#/components/schemas/';

/** The OpenAPI 3.1 document of this version, from the table of endpoints alone. */
export function openApiDocument({ version }: Readonly<{ version: string }>): OpenApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, endpoint] of Object.entries(endpoints) as [string, Endpoint][]) {
    if (endpoint.listed === false) continue;
    (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operation(operationId, endpoint, schemas);
  }
  const problem = { description: 'What is wrong, as a problem document (RFC 9457).', content: { 'application/problem+json': { schema: schemas.of(contracts.ProblemDocument) } } };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdpoint',
      version,
      description: 'Policy engine and human-approval gateway for the tool calls of AI agents.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(endpoints).map(({ tag }: Endpoint) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: '`hp_sk_…`' }, keyHeader: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
      responses: { Problem: problem },
      schemas: schemas.components,
    },
  };
}

function operation(operationId: string, endpoint: Endpoint, schemas: Schemas): object {
  const { summary, tag, roles, body, bodyDocument, bodyOptional, answers } = endpoint;
  const documented = bodyDocument ?? body;
  return {
    operationId,
    summary,
    tags: [tag],
    ...(roles.length === 0 ? {} : { description: roles.length === 1 ? `Role: \`${roles[0] ?? ''}\`.` : `One of the roles ${roles.map((role) => `\`${role}\``).join(', ')}.` }),
    security: roles.length === 0 ? [] : [{ key: [] }, { keyHeader: [] }],
    parameters: parametersOf(endpoint, schemas),
    ...(documented === undefined ? {} : { requestBody: { required: bodyOptional !== true, content: { 'application/json': { schema: schemas.of(documented) } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer, schemas)])),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function parametersOf({ params = {}, query, prefersWait, takesIfMatch }: Endpoint, schemas: Schemas): object[] {
  return [
    ...Object.entries(params).map(([name, schema]) => ({ name, in: 'path', required: true, schema: schemas.of(schema) })),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => ({ name, in: 'query', required: false, schema: schemas.of(schema as z.ZodType) })),
    ...(prefersWait === true ? [{ name: 'Prefer', in: 'header', required: false, description: '`wait=N`: be held for up to N seconds (0 to 600) while people decide.', schema: { type: 'string' } }] : []),
    ...(takesIfMatch === true ? [{ name: 'If-Match', in: 'header', required: false, description: 'An `ETag` that was read: 412 when what it stands for has changed since.', schema: { type: 'string' } }] : []),
  ];
}

function response({ description, schema, headers = [] }: EndpointAnswer, schemas: Schemas): object {
  return {
    description,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers.map((name) => [name, { description: responseHeaders[name], schema: { type: 'string' } }])) }),
    ...(schema === undefined ? {} : { content: { 'application/json': { schema: schemas.of(schema) } } }),
  };
}

/** JSON Schema of zod schemas; those with a name are put aside once and referred to. */
class Schemas {
  readonly components: Record<string, JsonSchema> = {};
  private readonly registry = z.registry<{ id?: string }>();

  constructor() {
    for (const name of named) this.registry.add(contracts[name], { id: name });
  }

  of(schema: z.ZodType): JsonSchema {
    const { $defs = {}, ...top } = this.convert(schema);
    for (const [name, definition] of Object.entries($defs as Record<string, JsonSchema>)) this.keep(name, definition);
    const { id } = this.registry.get(schema) ?? {};
    if (id === undefined) return without(top, '$schema');
    this.keep(id, top);
    return { $ref: `${refs}${id}` };
  }

  private keep(name: string, definition: JsonSchema): void {
    this.components[name] ??= without(definition, 'id', '$schema');
  }

  private convert(schema: z.ZodType): JsonSchema {
    const json = z.toJSONSchema(schema, {
      target: 'draft-2020-12',
      io: 'input',
      unrepresentable: 'any',
      metadata: this.registry,
      // Schemas that hand on the object itself instead of a copy are custom ones; all of them are JSON objects.
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema._zod.def.type === 'custom') jsonSchema.type = 'object';
      },
    });
    return JSON.parse(JSON.stringify(json).replaceAll(`"$ref":"${localRefs}`, `"$ref":"${refs}`)) as JsonSchema;
  }
}

const without = (schema: JsonSchema, ...names: readonly string[]): JsonSchema => Object.fromEntries(Object.entries(schema).filter(([name]) => !names.includes(name)));
