import { destinationOf, isSuspect } from '../platform/destination.ts';
import { FREE_MAIL } from '../platform/services/free-mail.ts';
import { ATTACHES, FILE_FIELD, valuableAttached, VALUABLES } from '../platform/services/sent-out.ts';
import type { CallAnalyser, ViewedCall } from '../rule.ts';
import { words } from '../tool-reading.ts';
import { partsOf } from './parts.ts';

const FIELDS = ['attachments', 'attachment', 'files', 'file', 'media', 'document', 'path', 'file_path', 'filePath'];
/** Whoever reads there is seldom of the company. */
const MESSENGER = /(?:^|_)(?:whatsapp|telegram|signal|wechat|viber|line|messenger|snapchat)(?:_|$)/;

/** Whom it goes to and what is attached may stand far from one another: `{personalizations: [{to: [{email}]}], attachments: [{filename}]}`. */
export const valuablesSent: CallAnalyser = {
  name: 'calls.valuables-sent',
  rules: [valuableAttached],
  analyse({ tool, arguments: given, budget, report }: ViewedCall) {
    if (!FIELDS.some((field) => field in given) || !ATTACHES.test(words(tool))) return;
    const parts = partsOf(given);
    budget.spend(100 * parts.length);
    let outside = MESSENGER.test(words(tool));
    let valuable = false;
    for (const { field, value } of parts) {
      if (typeof value !== 'string') continue;
      outside ||= value.length <= 320 && /^[\w.+'-]{1,64}@[\w.-]{3,253}$/.test(value) && (FREE_MAIL.test(value) || isSuspect(destinationOf(value.slice(value.lastIndexOf('@') + 1))));
      valuable ||= FILE_FIELD.test(field) && VALUABLES.test(value);
    }
    if (outside && valuable) report(valuableAttached);
  },
};
