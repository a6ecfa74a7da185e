import { describe, expect, it } from '@jest/globals';
import { createLogger, type LogLevel } from './logger.ts';
import { NestLogger } from './nest-logger.ts';

describe('logger', () => {
  it('writes one JSON line per call, with the service, the level and the time', () => {
    const { log, lines } = logInto('info');
    log.info({ port: 8080, text: 'two\nlines' }, 'listening');
    log.debug({}, 'too small to tell');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(parsed(lines)[0]).toMatchObject({ service: 'gateway', level: 'info', msg: 'listening', port: 8080, text: 'two\nlines' });
    expect(parsed(lines)[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('adds the fields of a child to each of its lines', () => {
    const { log, lines } = logInto('info');
    log.child({ guard: 'default' }).warn({ calls: 2 }, 'slow');
    expect(parsed(lines)).toMatchObject([{ guard: 'default', calls: 2, level: 'warn' }]);
  });

  it('changes its level when the configuration is known', () => {
    const { log, lines } = logInto('info');
    log.setLevel('debug');
    log.debug({}, 'now heard');
    log.setLevel('silent');
    log.error({}, 'not heard');
    expect(parsed(lines).map(({ msg }) => msg)).toEqual(['now heard']);
  });

  it('never writes a secret', () => {
    const { log, lines } = logInto('debug');
    log.info(
      {
        password: 'pa55word',
        headers: { authorization: 'Bearer pa55word', 'x-api-key': 'pa55word', cookie: 'pa55word' },
        request: { credentials: [{ key: 'pa55word', client_secret: 'pa55word', deep: { er: { adminPassword: 'pa55word' } } }] },
        database: 'postgres://gateway:pa55word@127.0.0.1:5432/holdpoint',
      },
      'key hp_sk_abcdefghijkl_pa55word-pa55word_pa55word was refused by nats://gateway:pa55word@127.0.0.1:4222',
    );
    log.child({ token: 'pa55word' }).error({ err: new Error('no way to postgres://a:pa55word@b/c') }, 'lost');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('pa55word');
    expect(lines.join('')).toContain('hp_sk_abcdefghijkl_[redacted]');
    expect(() => parsed(lines)).not.toThrow();
  });

  it('says what is not secret as it is, and leaves its argument alone', () => {
    const { log, lines } = logInto('info');
    const fields = { key_id: 'abc', tokens: 3, list: [{ password: 'x', at: new Date(0) }], none: null, token: null };
    log.info(fields, 'm');
    expect(parsed(lines)[0]).toMatchObject({ key_id: 'abc', tokens: 3, list: [{ password: '[redacted]', at: '1970-01-01T00:00:00.000Z' }], none: null, token: null });
    expect(fields.list[0]?.password).toBe('x');
  });

  it('survives what refers to itself', () => {
    const { log, lines } = logInto('info');
    const loop: Record<string, unknown> = { password: 'pa55word' };
    loop['self'] = loop;
    log.info(loop, 'm');
    expect(parsed(lines)[0]).toMatchObject({ msg: 'm' });
    expect(lines[0]).not.toContain('pa55word');
  });

  it('shows an error’s kind, message, code and causes, and none of its other fields', () => {
    const { log, lines } = logInto('info');
    const cause = Object.assign(new TypeError('refused'), { code: '23505', parameters: ['{"amount":12}'], detail: 'Key (amount)=(12)' });
    log.error({ err: new Error('could not insert', { cause }) }, 'failed');
    expect(parsed(lines)[0]?.['err']).toMatchObject({ type: 'Error', message: 'could not insert', cause: { type: 'TypeError', message: 'refused', code: '23505' } });
    expect(lines[0]).not.toContain('amount');
  });
});

describe('Nest through our logger', () => {
  it('keeps warnings and errors, and leaves the account of its start to debug', () => {
    const { log, lines } = logInto('debug');
    const nest = new NestLogger(log);
    nest.log('Mapped {/v1, GET} route', 'RouterExplorer');
    nest.warn('odd', 'Router');
    nest.error('it broke', 'Error: it broke\n    at somewhere', 'ExceptionsHandler');
    nest.error(new Error('it broke again'), 'ExceptionsHandler');
    nest.fatal({ not: 'text' });
    expect(parsed(lines)).toMatchObject([
      { level: 'debug', context: 'RouterExplorer' },
      { level: 'warn', msg: 'odd', context: 'Router' },
      { level: 'error', msg: 'it broke', stack: expect.stringContaining('somewhere'), context: 'ExceptionsHandler' },
      { level: 'error', msg: 'it broke again', err: { type: 'Error' } },
      { level: 'error', msg: '{"not":"text"}' },
    ]);
  });
});

function logInto(level: LogLevel) {
  const lines: string[] = [];
  return { lines, log: createLogger({ service: 'gateway', level, destination: { write: (line) => void lines.push(line) } }) };
}

function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
