export { type HandlerExtras, NatsStrategy, type NatsStrategyOptions } from './nats-strategy.ts';
export { PassDefects } from './pass-defects.ts';
export { type Deadline, RequestContext } from './request-context.ts';

export { type ConnectionOptions, openMessaging } from './open-messaging.ts';
export { Messaging, type Published, type PublishOptions, type RequestOptions } from './messaging.ts';
export type { Outgoing } from './publish-together.ts';
export type { BatchHandler, ConsumeOptions, DeliveredMessage as StreamMessage, Handled, StreamConsumption } from './stream-consumption.ts';
export type { Logger } from './logger.ts';

export { InvalidInput, PeerFailed, PeerRefused, PeerUnavailable, type Problem, PublishUnconfirmed, RequestRefused, UnreadableMessage } from './errors.ts';
export { StreamMismatch } from './streams.ts';
export { inServerSpan, recordedSpan, traceparentOf } from './spans.ts';
export { newTraceparent, parseTraceparent, type TraceContext, unsampledTraceparent } from './trace-context.ts';
