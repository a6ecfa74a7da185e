import type { Detector } from '../rule.ts';
import { assignments } from './assignments.ts';
import { passwordsInCalls } from './call-passwords.ts';
import { passwordsInCommands } from './command-passwords.ts';
import { connectionStrings, urlPasswords } from './connection-strings.ts';
import { authorizationHeaders } from './headers.ts';
import { keptPasswords } from './kept-passwords.ts';
import { loginRules, passwordsInWords, savedLogins } from './logins.ts';
import { passwordColumns } from './password-columns.ts';
import { passwordsOfLanguages } from './passwords-of-languages.ts';
import { jsonWebKeys, otherKeys, privateKeys } from './private-keys.ts';
import { providerKeys } from './provider-keys.ts';
import { webTokens } from './web-tokens.ts';

export const secretsDetectors: readonly Detector[] = [providerKeys, privateKeys, jsonWebKeys, webTokens, urlPasswords, assignments, authorizationHeaders, passwordsInCommands, savedLogins, passwordsInWords, passwordsOfLanguages, passwordsInCalls, passwordColumns, ...keptPasswords, ...loginRules, ...otherKeys, ...connectionStrings];
