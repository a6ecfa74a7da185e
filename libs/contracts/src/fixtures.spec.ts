import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { ApprovalNews, DecisionRecord, DecisionsLogged, OutcomeReport, ScanRequest, ScanResponse, SubmittedMessage, SubmittedToolCall, ToolCallRefused, ValidateRequest } from './index.ts';

const folder = new URL('../fixtures/', import.meta.url);

/** What is read from streams, or by programs that we do not deploy: a message that was sent once is read for ever. */
const schemas: Readonly<Record<string, z.ZodType>> = {
  'approval-news': ApprovalNews,
  'decision-made': DecisionRecord,
  'decisions-logged': DecisionsLogged.body,
  'outcome-report': OutcomeReport,
  'scan-request': ScanRequest,
  'scan-response': ScanResponse,
  'submitted-tool-call': SubmittedToolCall,
  'tool-call-event': SubmittedMessage,
  'tool-call-refused': ToolCallRefused,
  'validate-request': ValidateRequest,
};

describe('a message of any earlier shape', () => {
  it('has a schema for its folder', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(schemas));
  });

  it.each(readdirSync(folder).flatMap((message) => readdirSync(new URL(`${message}/`, folder)).map((file) => [message, file] as const)))('%s/%s is still read, whole', (message, file) => {
    const sent: unknown = JSON.parse(readFileSync(new URL(`${message}/${file}`, folder), 'utf8'));
    expect(schemas[message]?.parse(sent)).toEqual(sent);
  });
});
