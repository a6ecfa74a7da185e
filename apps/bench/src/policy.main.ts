import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { compilePolicySet, evaluate, type Policy, type ToolCallFacts } from '@holdpoint/policy';
import { naivePolicies } from './naive-policies.ts';
import { callsFor, cedarContext, cedarOf, policiesOf } from './policy-workload.ts';

/** `npm run bench:policy`: verdicts a second by the size of the set, beside reading and writing the same call as JSON, Cedar with parsed policies, and a naive evaluator; contenders take turns. */
const sizes = [10, 100, 1_000, 10_000];
const rounds = 7;
const roundMs = 150;
const wanted = { timesJson: 5, timesLessThanCedar: 200, compileMs: 2_000, bytesAPolicy: 4_096 };

setFlagsFromString('--expose-gc');
// One run in a dozen ended in V8's deoptimiser (Node 20), at a call that had been inlined: it inlines calls of WebAssembly, which only Cedar makes.
setFlagsFromString('--no-turbo-inline-js-wasm-calls');
const collectGarbage = runInNewContext('gc') as () => void;
const write = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Contender = Readonly<{ name: string; runOne: (turn: number) => unknown }>;

/** Microseconds for one. The clock is read after every one, or every 64 where that would count. */
function microsecondsEach({ runOne }: Contender): number {
  const startedAt = performance.now();
  let turns = 0;
  for (let elapsed = 0; elapsed < roundMs; elapsed = performance.now() - startedAt) {
    const many = turns > 1_000 ? 64 : 1;
    for (let n = 0; n < many; n += 1) runOne(turns + n);
    turns += many;
  }
  return ((performance.now() - startedAt) * 1_000) / turns;
}

function heapUsed(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** The set, what it took to compile (milliseconds), and what it and its policies hold (bytes a policy), after every call was judged. */
function compiled(count: number, calls: readonly ToolCallFacts[]) {
  const text = JSON.stringify(policiesOf(count));
  const before = heapUsed();
  const policies = JSON.parse(text) as readonly Policy[];
  const compile = () => compilePolicySet({ guard_id: 'bench', version: 1, default_action: 'allow', policies });
  const ms = median(Array.from({ length: 3 }, () => {
    const startedAt = performance.now();
    compile();
    return performance.now() - startedAt;
  }));
  const set = compile();
  for (const call of calls) evaluate(set, call, 0);
  return { set, policies, ms, bytes: (heapUsed() - before) / count };
}

function contendersFor(count: number): Readonly<{ contenders: readonly Contender[]; ms: number; bytes: number }> {
  const calls = callsFor(count);
  const { set, policies, ms, bytes } = compiled(count, calls);
  const naive = naivePolicies(policies);
  const texts = calls.map((call) => JSON.stringify(call));
  const cedarId = `of ${count}`;
  const parsed = preparsePolicySet(cedarId, { staticPolicies: cedarOf(count) });
  if (parsed.type === 'failure') throw new Error(`Cedar cannot read the policies: ${JSON.stringify(parsed.errors)}`);
  const of = <T>(list: readonly T[], turn: number): T => list[turn % list.length] as T;
  const cedarAllows = (call: ToolCallFacts): boolean => {
    const answer = statefulIsAuthorized({
      principal: { type: 'Agent', id: call.agent_id ?? '' },
      action: { type: 'Action', id: 'call' },
      resource: { type: 'Tool', id: call.tool_name },
      context: cedarContext(call),
      preparsedPolicySetId: cedarId,
      entities: [],
    });
    if (answer.type === 'failure') throw new Error(`Cedar cannot judge: ${JSON.stringify(answer.errors)}`);
    return answer.response.decision === 'allow';
  };
  for (const call of calls) {
    const verdict = evaluate(set, call, 0);
    if (verdict.policy !== naive(call) || (verdict.action === 'allow') !== cedarAllows(call)) throw new Error(`the contenders disagree about ${call.tool_name}`);
  }
  let fresh = 0;
  return {
    ms,
    bytes,
    contenders: [
      { name: 'JSON.parse + JSON.stringify', runOne: (turn) => JSON.stringify(JSON.parse(of(texts, turn))) },
      { name: 'verdict', runOne: (turn) => evaluate(set, of(calls, turn), 0) },
      {
        name: 'verdict, a new tool name each time',
        runOne: (turn) => {
          const call = of(calls, turn);
          return evaluate(set, { ...call, tool_name: `${call.tool_name}_${(fresh += 1)}` }, 0);
        },
      },
      { name: 'naive', runOne: (turn) => naive(of(calls, turn)) },
      { name: 'Cedar, parsed before', runOne: (turn) => cedarAllows(of(calls, turn)) },
    ],
  };
}

write('| policies | JSON us | verdict us | a second | times JSON | new name us | naive us | Cedar us | Cedar / verdict | compile ms | bytes a policy |');
write('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
const missed: string[] = [];
contendersFor(100); // tables that all sets share
for (const count of sizes) {
  const { contenders, ms, bytes } = contendersFor(count);
  const results = contenders.map((): number[] => []);
  for (const contender of contenders) microsecondsEach(contender);
  for (let round = 0; round < rounds; round += 1) for (const [place, contender] of contenders.entries()) results[place]?.push(microsecondsEach(contender));
  const [json = Number.NaN, verdict = Number.NaN, fresh = Number.NaN, naive = Number.NaN, cedar = Number.NaN] = results.map(median);
  write(`| ${[count, json.toFixed(2), verdict.toFixed(2), Math.round(1_000_000 / verdict), (verdict / json).toFixed(2), fresh.toFixed(2), naive.toFixed(2), cedar.toFixed(1), Math.round(cedar / verdict), ms.toFixed(0), count < 100 ? '' : Math.round(bytes)].join(' | ')} |`);
  if (count >= 1_000 && verdict > wanted.timesJson * json) missed.push(`a verdict at ${count} costs more than ${wanted.timesJson} times JSON`);
  if (count === 1_000 && cedar < wanted.timesLessThanCedar * verdict) missed.push(`a verdict at ${count} costs not ${wanted.timesLessThanCedar} times less than Cedar`);
  if (count === 10_000 && ms > wanted.compileMs) missed.push(`compiling ${count} takes more than ${wanted.compileMs} ms`);
  if (count >= 1_000 && bytes > wanted.bytesAPolicy) missed.push(`a policy of ${count} holds more than ${wanted.bytesAPolicy} bytes`);
}
write(missed.length === 0 ? '\nAll that is wanted is met.' : `\nNOT met: ${missed.join('; ')}.`);
