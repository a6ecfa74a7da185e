import { z } from 'zod';

const samplers = ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'] as const;
export type SamplerName = (typeof samplers)[number];

const HttpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

/** `name=value`, separated by commas; values may be percent-encoded (W3C Baggage). */
const Pairs = z.string().transform((text, context): Readonly<Record<string, string>> => {
  const entries = text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair): readonly [string, string] | null => {
      const at = pair.indexOf('=');
      return at < 1 ? null : [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
    });
  const pairs = entries.filter((entry) => entry !== null);
  if (pairs.length < entries.length) context.addIssue({ code: 'custom', message: 'must be name=value pairs, separated by commas' });
  return Object.fromEntries(pairs);
});

/** OpenTelemetry's own variables, as far as traces go; part of `serviceVariables`. Names and meanings: its specification. */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: HttpUrl.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: HttpUrl.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: Pairs.optional(),
  OTEL_SERVICE_NAME: z.string().min(1).max(256).optional(),
  OTEL_RESOURCE_ATTRIBUTES: Pairs.optional(),
  OTEL_TRACES_SAMPLER: z.enum(samplers).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
};

export type TracingSettings = Readonly<{
  /** Where spans are posted. */
  url: string;
  headers: Readonly<Record<string, string>>;
  serviceName: string | undefined;
  resource: Readonly<Record<string, string>>;
  sampler: Readonly<{ name: SamplerName; ratio: number }>;
}>;

/** Null: no collector is named, so nothing is traced. */
export function tracingSettings(env: z.output<z.ZodObject<typeof tracingVariables>>): TracingSettings | null {
  const url = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? undefined : `${env.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, '')}/v1/traces`);
  if (url === undefined) return null;
  return {
    url,
    headers: env.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    serviceName: env.OTEL_SERVICE_NAME,
    resource: env.OTEL_RESOURCE_ATTRIBUTES ?? {},
    sampler: { name: env.OTEL_TRACES_SAMPLER, ratio: env.OTEL_TRACES_SAMPLER_ARG },
  };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
