import type { Detector } from '../rule.ts';
import { conditionDetectors } from './conditions.ts';
import { contacts, internetAddress } from './contacts.ts';
import { fiscalCodes } from './formed-ids.ts';
import { idFields } from './id-fields.ts';
import { nationalIds } from './national-ids.ts';
import { numbers } from './numbers.ts';
import { recordDetectors } from './records.ts';

export const personalDetectors: readonly Detector[] = [numbers, fiscalCodes, idFields, ...nationalIds, ...recordDetectors, ...conditionDetectors, contacts, internetAddress];
