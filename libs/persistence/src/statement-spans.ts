import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { EntitySubscriberInterface, QueryRunner } from 'typeorm';
import { sqlStateOf } from './database-errors.ts';

const tracer = trace.getTracer('holdpoint');

const longestStatement = 2_000;
const namesKept = 500;

type Asked = Readonly<{ queryRunner: QueryRunner; query: string }>;
type Answered = Asked & Readonly<{ success: boolean; error?: unknown }>;

/**
 * A span for every statement that belongs to a recorded trace, and none otherwise.
 * INVARIANT: a span holds the statement and never a value: parameters stay out, and what stands in quotes is cut.
 */
export class StatementSpans implements EntitySubscriberInterface {
  private readonly schema: string;
  /** A connection answers its statements in order. */
  private readonly open = new WeakMap<QueryRunner, (Span | undefined)[]>();
  private readonly names = new Map<string, string>();

  constructor(schema: string) {
    this.schema = schema;
  }

  beforeQuery({ queryRunner, query }: Asked): void {
    const span = trace.getActiveSpan()?.isRecording() === true ? this.start(query) : undefined;
    const spans = this.open.get(queryRunner);
    if (spans === undefined) this.open.set(queryRunner, [span]);
    else spans.push(span);
  }

  afterQuery({ queryRunner, success, error }: Answered): void {
    const span = this.open.get(queryRunner)?.shift();
    if (span === undefined) return;
    if (!success) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute('error.type', sqlStateOf(error) ?? (error instanceof Error ? error.name : 'unknown'));
    }
    span.end();
  }

  private start(statement: string): Span {
    const name = this.nameOf(statement);
    return tracer.startSpan(name, {
      kind: SpanKind.CLIENT,
      attributes: { 'db.system.name': 'postgresql', 'db.namespace': this.schema, 'db.query.summary': name, 'db.query.text': withoutValues(statement).slice(0, longestStatement) },
    });
  }

  private nameOf(statement: string): string {
    const known = this.names.get(statement);
    if (known !== undefined) return known;
    const name = summaryOf(statement);
    if (this.names.size < namesKept) this.names.set(statement, name);
    return name;
  }
}

/** What is done to which table: `INSERT approvals`; the first of a statement that does several things. */
export function summaryOf(statement: string): string {
  const written = /\b(INSERT)\s+INTO\s+(?:"?\w+"?\.)?"?(\w+)|\b(UPDATE)\s+(?!SKIP\b|NOWAIT\b)(?:"?\w+"?\.)?"?(\w+)|\b(DELETE)\s+FROM\s+(?:"?\w+"?\.)?"?(\w+)/i.exec(statement);
  if (written && !/\bFOR\s+$/i.test(statement.slice(0, written.index))) {
    const [verb = '', table = ''] = written.slice(1).filter((part: string | undefined) => part !== undefined);
    return `${verb.toUpperCase()} ${table}`;
  }
  const read = /\bFROM\s+(?:"?\w+"?\.)?"?([a-z_]\w*)/i.exec(statement);
  const [verb = ''] = /[a-z]+/i.exec(statement) ?? [];
  return read ? `SELECT ${read[1] ?? ''}` : verb.toUpperCase();
}

export const withoutValues = (statement: string): string => statement.replace(/'(?:[^']|'')*'/g, "'?'").replace(/\s+/g, ' ').trim();
