import type { Detector, PatternRule } from '../rule.ts';
import { calls } from './calls.ts';
import { documents } from './documents.ts';
import { fetched } from './fetched.ts';
import { java } from './java.ts';
import { javascript } from './javascript.ts';
import { log4shell } from './log4shell.ts';
import { php } from './php.ts';
import { planted } from './planted.ts';
import { python } from './python.ts';
import { requestRunners } from './request-runners.ts';
import { scriptHosts } from './script-hosts.ts';
import { templates } from './templates.ts';
import { DATA_ROLES, holdsData } from './where.ts';
import { windowed } from '../windowed.ts';
import { xss } from './xss.ts';

const rules: readonly PatternRule[] = [...calls, ...php, ...javascript, ...python, ...java, ...templates, ...xss, ...documents, ...fetched, ...requestRunners, ...planted, ...scriptHosts];

export const codeDetectors: readonly Detector[] = [log4shell, ...rules.map((rule) => windowed(rule, rule.roles === DATA_ROLES ? holdsData : undefined))];
