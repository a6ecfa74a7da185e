import type { CallAnalyser } from '../rule.ts';
import { destructiveCalls } from './destruction.ts';
import { destructiveRequests } from './requests.ts';
import { rowsOfPeopleSent } from './rows-of-people.ts';
import { valuablesSent } from './valuables-sent.ts';
import { secretDumps } from './secret-dumps.ts';
import { wideRights } from './wide-rights.ts';

/** What a tool's name and its arguments tell together, beyond any one string. */
export const callAnalysers: readonly CallAnalyser[] = [destructiveCalls, destructiveRequests, secretDumps, wideRights, rowsOfPeopleSent, valuablesSent];
