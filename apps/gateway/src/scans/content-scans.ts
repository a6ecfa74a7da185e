import { ScanContent, type ScanRequest, type ScanResponse } from '@holdpoint/contracts';
import { unsampledTraceparent, type Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import { askTwice } from '../http/ask-twice.ts';

export type ContentScansOptions = Readonly<{ messaging: Pick<Messaging, 'request' | 'maxPayload'>; log: Logger }>;

/** Two tries together stay below what a caller is likely to wait. */
const answerWithinMs = 3_000;

/** Has contents scanned by an evaluator. */
export class ContentScans {
  private readonly options: ContentScansOptions;

  constructor(options: ContentScansOptions) {
    this.options = options;
  }

  /**
   * INVARIANT: what nobody scanned is blocked, whatever the guard's failure mode: that is about calls, which a person can look at.
   * Throws `Problem` (413) for a content too large to travel.
   */
  async scan(body: ScanRequest, traceId: string): Promise<ScanResponse> {
    const { messaging, log } = this.options;
    const question = { ...(body.tool_name === undefined ? {} : { tool_name: body.tool_name }), content: Object.hasOwn(body, 'output') ? body.output : body.content, trace_id: traceId };
    const { answer } = await askTwice({
      question,
      ask: () => messaging.request(ScanContent, question, { timeoutMs: answerWithinMs, traceparent: unsampledTraceparent(traceId) }),
      messaging,
      log,
      tooLarge: 'The content is too large to be scanned.',
      unanswered: 'evaluator did not scan a content',
    });
    return answer ?? notScanned(traceId);
  }
}

const notScanned = (traceId: string): ScanResponse => ({
  action: 'block',
  risk_score: 0,
  threats_detected: [],
  threats: [],
  message: 'The scanner cannot be reached; the content was not looked at. Ask again in a few seconds.',
  code: 'engine_unavailable',
  metadata: { scanner: 'none', trace_id: traceId },
});
