import { describe, expect, it } from '@jest/globals';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { isTransientDatabaseError, sqlStateOf } from './database-errors.ts';

describe('is another try worth it?', () => {
  it.each([
    ['connection refused', withCode('ECONNREFUSED')],
    ['connection reset', withCode('ECONNRESET')],
    ['an address that does not resolve yet', withCode('EAI_AGAIN')],
    ['every address refused', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])],
    ['a connection lost while a query ran', new Error('Connection terminated unexpectedly')],
    ['a connection lost between two queries', new QueryRunnerAlreadyReleasedError()],
    ['the same, asked through an entity manager', new QueryRunnerProviderAlreadyReleasedError()],
    ['no connection in time', new Error('timeout exceeded when trying to connect')],
    ['admin shutdown', withCode('57P01')],
    ['still starting', withCode('57P03')],
    ['too many connections', withCode('53300')],
    ['serialization failure', withCode('40001')],
    ['deadlock', withCode('40P01')],
    ['statement timeout', withCode('57014')],
    ['a server that became a replica', withCode('25006')],
    ['an error that TypeORM wrapped', new QueryFailedError('SELECT 1', [], withCode('40P01'))],
    ['a cause further down', new Error('could not park', { cause: new Error('again', { cause: withCode('ECONNRESET') }) })],
  ])('yes: %s', (_, error) => {
    expect(isTransientDatabaseError(error)).toBe(true);
  });

  it.each([
    ['unique violation', withCode('23505')],
    ['bad text', withCode('22P02')],
    ['no such table', withCode('42P01')],
    ['no right', withCode('42501')],
    ['wrong password', withCode('28P01')],
    ['no such database', withCode('3D000')],
    ['a defect', new TypeError('x is not a function')],
    ['a code of somebody else', withCode('INVALID')],
    ['an error that TypeORM wrapped', new QueryFailedError('INSERT', [], withCode('23505'))],
    ['no error at all', 'ECONNREFUSED'],
    ['nothing', undefined],
  ])('no: %s', (_, error) => {
    expect(isTransientDatabaseError(error)).toBe(false);
  });

  it('ends with errors that name each other as their cause', () => {
    const one = new Error('one');
    one.cause = new Error('two', { cause: one });
    expect(isTransientDatabaseError(one)).toBe(false);
  });
});

describe('the SQLSTATE of an error', () => {
  it('is found under what wraps it, and is not a socket’s code', () => {
    expect(sqlStateOf(new Error('x', { cause: new QueryFailedError('INSERT', [], withCode('23505')) }))).toBe('23505');
    expect(sqlStateOf(withCode('EPIPE'))).toBeUndefined();
    expect(sqlStateOf(null)).toBeUndefined();
  });
});

function withCode(code: string): Error {
  return Object.assign(new Error('failed'), { code });
}
