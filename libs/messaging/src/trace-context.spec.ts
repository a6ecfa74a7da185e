import { describe, expect, it } from '@jest/globals';
import { newTraceparent, parseTraceparent } from './trace-context.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

describe('trace context', () => {
  it('is read from a valid traceparent', () => {
    expect(parseTraceparent(`00-${trace}-${span}-01`)).toEqual({ traceId: trace, spanId: span, sampled: true });
    expect(parseTraceparent(`00-${trace}-${span}-00`)).toEqual({ traceId: trace, spanId: span, sampled: false });
  });

  it.each([
    '',
    'garbage',
    `ff-${trace}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}`,
  ])('is absent in %j', (text) => {
    expect(parseTraceparent(text)).toBeNull();
  });

  it('of a new span stays in the trace of its parent, with the parent’s sampling', () => {
    const child = parseTraceparent(newTraceparent(`00-${trace}-${span}-00`));
    expect(child).toMatchObject({ traceId: trace, sampled: false });
    expect(child!.spanId).not.toBe(span);
  });

  it('begins a new, sampled trace without a valid parent', () => {
    const [one, two] = [parseTraceparent(newTraceparent()), parseTraceparent(newTraceparent('garbage'))];
    expect(one!.sampled).toBe(true);
    expect(one!.traceId).not.toBe(two!.traceId);
  });
});
