import type { Detector } from '../rule.ts';
import { assignments } from './assignments.ts';
import { connectionStrings, urlPasswords } from './connection-strings.ts';
import { authorizationHeaders, passwordsInCommands } from './headers.ts';
import { loginRules, passwordsInWords, savedLogins } from './logins.ts';
import { jsonWebKeys, otherKeys, privateKeys } from './private-keys.ts';
import { providerKeys } from './provider-keys.ts';
import { webTokens } from './web-tokens.ts';

export const secretsDetectors: readonly Detector[] = [providerKeys, privateKeys, jsonWebKeys, webTokens, urlPasswords, assignments, authorizationHeaders, passwordsInCommands, savedLogins, passwordsInWords, ...loginRules, ...otherKeys, ...connectionStrings];
