import { describe, expect, it } from '@jest/globals';
import { ToolCallResult, ValidateResponse, type Action, type FailureMode } from '@holdpoint/contracts';
import { InvalidInput } from '@holdpoint/messaging';
import { judged, keyAccess } from '../testing/fake-services.ts';
import { agentOf } from './asker.ts';
import { fromProviders } from './normalise.ts';
import { withStrictest } from './strictest.ts';
import { unjudged } from './unjudged.ts';

describe('a call that nothing judged', () => {
  it.each<[FailureMode | undefined, boolean, Action, string, boolean | undefined]>([
    ['closed', false, 'block', 'engine_unavailable', undefined],
    ['open', false, 'warn', 'engine_unavailable', true],
    [undefined, false, 'block', 'engine_unavailable', undefined],
    ['closed', true, 'block', 'could_not_judge', undefined],
    ['open', true, 'block', 'could_not_judge', undefined],
    [undefined, true, 'block', 'could_not_judge', undefined],
  ])('failure mode %s, may have begun %s: %s, %s', (failureMode, mayHaveBegun, action, code, failedOpen) => {
    const result = ToolCallResult.parse(unjudged({ callId: 'c', failureMode, mayHaveBegun, decisionId: 'dec_1', traceId: 't' }));
    expect(result).toMatchObject({ action, code, tool_call_id: 'c', policy_matched: null, metadata: { decision_id: 'dec_1', policy_id: null, policy_version: null } });
    expect(result.metadata.failed_open).toBe(failedOpen);
    expect(result.message).toMatch(/^The policy engine .*\.$/);
  });

  it('keeps the approval that its asker named, for the next try', () => {
    expect(unjudged({ callId: 'c', approvalId: 'apr_1', failureMode: 'closed', mayHaveBegun: true, decisionId: 'd', traceId: 't' }).approval_id).toBe('apr_1');
  });
});

describe('the answer for all calls', () => {
  it.each<[Action[], number]>([
    [['allow'], 0],
    [['allow', 'warn'], 1],
    [['warn', 'sanitize', 'allow'], 1],
    [['sanitize', 'require_approval'], 1],
    [['require_approval', 'block', 'allow'], 1],
    [['allow', 'block', 'block'], 1],
  ])('%j: the fields of result %d', (actions, at) => {
    const results = actions.map((action, index) => judged(`c${index}`, { action, message: `message ${index}` }));
    const answer = ValidateResponse.parse(withStrictest(results));
    expect(answer).toMatchObject({ action: actions[at], tool_call_id: `c${at}`, message: `message ${at}` });
    expect(answer.results).toEqual(results);
    expect('threats' in withStrictest(results)).toBe(false);
  });
});

describe('calls in the shapes of providers', () => {
  it.each([
    ['OpenAI Chat Completions', { id: 'call_1', type: 'function', function: { name: 'send', arguments: '{"to":"a","n":1}' } }, { id: 'call_1', name: 'send', arguments: { to: 'a', n: 1 } }],
    ['OpenAI Chat Completions, streamed', { index: 0, id: 'call_1', function: { name: 'send', arguments: '{}' } }, { id: 'call_1', name: 'send', arguments: {} }],
    ['OpenAI Responses', { type: 'function_call', id: 'fc_1', call_id: 'call_1', status: 'completed', name: 'send', arguments: '{}' }, { id: 'call_1', name: 'send', arguments: {} }],
    ['Anthropic', { type: 'tool_use', id: 'toolu_1', name: 'send', input: { to: 'a' } }, { id: 'toolu_1', name: 'send', arguments: { to: 'a' } }],
  ])('%s', (_shape, call, asked) => {
    expect(fromProviders([call])).toEqual([asked]);
  });

  it('hold their arguments exactly, `__proto__` included', () => {
    const [call] = fromProviders([{ id: 'c', function: { name: 't', arguments: '{"__proto__":{"a":1},"b":2}' } }]);
    expect(JSON.stringify(call?.arguments)).toBe('{"__proto__":{"a":1},"b":2}');
  });

  it('with the same id are refused, whatever their shapes', () => {
    expect(() => fromProviders([{ id: 'c', function: { name: 't', arguments: '{}' } }, { type: 'tool_use', id: 'c', name: 't', input: {} }])).toThrow(InvalidInput);
  });

  it('are all told what is wrong with them', () => {
    const problems = problemsOf(() => fromProviders([{ id: 'a', function: { name: 'a b', arguments: '{}' } }, { id: 'b', function: { name: 't', arguments: 'x' } }]));
    expect(problems).toEqual(['/tool_calls/0/function/name', '/tool_calls/1/function/arguments']);
  });
});

describe('the agent that a key speaks for', () => {
  it.each<[string[] | undefined, string | undefined, string | undefined]>([
    [undefined, undefined, undefined],
    [undefined, 'any', 'any'],
    [['one'], undefined, 'one'],
    [['one'], 'one', 'one'],
    [['one', 'two'], 'two', 'two'],
  ])('key with %j, request with %s: %s', (agentIds, named, agent) => {
    expect(agentOf(keyAccess('k', agentIds === undefined ? {} : { agent_ids: agentIds }), named)).toBe(agent);
  });

  it('must be named when there are several, and be one of them', () => {
    const key = keyAccess('k', { agent_ids: ['one', 'two'] });
    expect(() => agentOf(key, undefined)).toThrow(/agent_id` required/);
    expect(() => agentOf(key, 'three')).toThrow(/does not speak for/);
  });
});

function problemsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidInput) return error.issues.map(({ path }) => path);
    throw error;
  }
  return [];
}
