import { ScanContent, type ScanRequest, type ScanResponse } from '@holdpoint/contracts';
import { PeerFailed, PeerRefused, PeerUnavailable, unsampledTraceparent, type Messaging } from '@holdpoint/messaging';
import type { Logger } from '@holdpoint/runtime';
import { Problem } from '../http/problem.ts';

export type ContentScansOptions = Readonly<{ messaging: Pick<Messaging, 'request' | 'maxPayload'>; log: Logger }>;

/** Two tries together stay below what a caller is likely to wait. */
const answerWithinMs = 3_000;
const pauseMs = 50;

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
    const request = { ...(body.tool_name === undefined ? {} : { tool_name: body.tool_name }), content: Object.hasOwn(body, 'output') ? body.output : body.content, trace_id: traceId };
    if (Buffer.byteLength(JSON.stringify(request)) > messaging.maxPayload * 0.9) throw new Problem({ status: 413, code: 'body_too_large', detail: 'The content is too large to be scanned.' });
    for (const attempt of [1, 2]) {
      try {
        return await messaging.request(ScanContent, request, { timeoutMs: answerWithinMs, traceparent: unsampledTraceparent(traceId) });
      } catch (error) {
        if (!(error instanceof PeerUnavailable || error instanceof PeerFailed || error instanceof PeerRefused)) throw error;
        log.warn({ err: error, attempt }, 'evaluator did not scan a content');
      }
      if (attempt === 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return notScanned(traceId);
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
