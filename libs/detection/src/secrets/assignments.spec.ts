import { describe, expect, it } from '@jest/globals';
import { Scanner } from '../scanner.ts';
import { secretsDetectors } from './detectors.ts';
import { filler, HEX } from './sample-keys.ts';

const scanner = new Scanner(secretsDetectors);
const gravest = (text: string): string | undefined => scanner.scanOutput(text).threats[0]?.severity;

describe('secrets given by name', () => {
  it.each([
    ['dotenv', `SESSION_SECRET=${filler(48, HEX)}`],
    ['YAML', `client_secret: "${filler(36)}"`],
    ['JSON', `{"apiKey": "${filler(30)}"}`],
    ['a flag', `deploy --api-token ${filler(40)}`],
    ['PHP', "define('DB_PASSWORD', 'v8Kq!2LmZ0p');"],
    ['properties', 'spring.datasource.password=Gh56tyHJ8'],
    ['.netrc', 'machine api.example.com login bot password k29dkKs02kd'],
    ['a sentence', 'the root password is Kx9!vbn2Pq'],
    ['words', `datadog api key ${filler(32, HEX)}`],
  ])('%s', (_, text) => expect(gravest(text)).toBe('high'));

  it.each([
    ['variables', 'password: ${DB_PASSWORD}\ntoken=$TOKEN\napi_key = process.env.API_KEY'],
    ['a schema', 'password: string; token: { type: "string" }'],
    ['masks', 'password: "********"\nsecret=<redacted>'],
    ['code', 'const token = await this.tokens.create(user.id);\nif (password === user.password) return;'],
    ['names of secrets', 'secretName: orders-production-db-credentials'],
    ['pages', `nextToken=${filler(60)}`],
    ['tokens of language models', 'max_tokens=4096, prompt_tokens: 1298421'],
    ['paths', 'private_key = /etc/ssl/private/server.key'],
    ['public keys', `public_key=${filler(43)}`],
    ['defaults', 'POSTGRES_PASSWORD=postgres\npassword: changeme'],
  ])('%s are none', (_, text) => expect(gravest(text)).toBeUndefined());

  it('a password in the field made for it is where it belongs', () => {
    expect(scanner.scanCall({ name: 'login_user', arguments: { user: 'maria', password: 'v8Kq!2LmZ0p' } }).threats).toEqual([]);
  });

  it.each([
    [['postgres', '://app:', 'v8Kq2LmZ0p', '@db.prod.internal/app'].join(''), 'high'],
    [['redis', '://:', filler(20), '@cache.example.io:6379/0'].join(''), 'high'],
    [['postgres', '://app:', 'v8Kq2LmZ0p', '@localhost/app'].join(''), 'medium'],
    ['postgres://postgres:postgres@localhost:5432/app', undefined],
    ['postgres://user:password@db/app', undefined],
    ['https://user:${TOKEN}@git.example.com/app.git', undefined],
    ['http://localhost:5173/@vite/client', undefined],
  ])('%s: %s', (text, severity) => expect(gravest(text)).toBe(severity));
});
