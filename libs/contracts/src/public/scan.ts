import { z } from 'zod';
import { CallerText, ToolName } from './names.ts';
import { Change, Findings } from './threat.ts';
import { DecisionCode, depthOf, maxArgumentsDepth } from './tool-call.ts';

const read = z.unknown().refine((value) => depthOf(value, maxArgumentsDepth) <= maxArgumentsDepth, `must not be nested deeper than ${maxArgumentsDepth} levels`);

/** Body of `POST …/agent/scan-output` and its sisters: what a tool returned, or any other content: a text, or JSON whose strings are read one by one. */
export const ScanRequest = z
  .strictObject({ session_id: CallerText.optional(), tool_name: ToolName.optional(), output: read.optional(), content: read.optional() })
  .refine((body) => Object.hasOwn(body, 'output') !== Object.hasOwn(body, 'content'), 'must hold either `output` or `content`');
export type ScanRequest = z.output<typeof ScanRequest>;

/** What to do with a content. With `sanitize`, `processed_content` is what may be used, in the shape of what was sent. */
export const ScanResponse = z.object({
  action: z.enum(['allow', 'warn', 'sanitize', 'block']),
  processed_content: z.unknown().optional(),
  ...Findings.shape,
  changes: z.array(Change).optional(),
  message: z.string(),
  code: DecisionCode.optional(),
  metadata: z.object({
    /** Name and version of what read the content; `none`: nobody did. */
    scanner: z.string(),
    trace_id: z.string(),
  }),
});
export type ScanResponse = z.output<typeof ScanResponse>;
