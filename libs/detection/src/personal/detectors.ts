import type { Detector } from '../rule.ts';
import { contacts, internetAddress } from './contacts.ts';
import { nationalIds } from './national-ids.ts';
import { numbers } from './numbers.ts';
import { recordDetectors } from './records.ts';

export const personalDetectors: readonly Detector[] = [numbers, ...nationalIds, ...recordDetectors, contacts, internetAddress];
