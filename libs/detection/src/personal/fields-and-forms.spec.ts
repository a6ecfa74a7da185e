import { describe, expect, it } from '@jest/globals';
import { Scanner } from '../scanner.ts';
import { personalDetectors } from './detectors.ts';

const scanner = new Scanner(personalDetectors);
const scoreOf = (values: Readonly<Record<string, unknown>>): number => scanner.scanCall({ name: 'update_record', arguments: values }).risk_score;

describe('ids in fields made for them', () => {
  it.each([
    [{ niNumber: 'JG 95 39 48 C' }],
    [{ aadhaar_number: '5484 1029 3742' }],
    [{ codiceFiscale: 'BNCGLI84T52H501Z' }],
    [{ pesel: '85071604320' }],
    [{ customer: { nationalId: 'S8341726I' } }],
    [{ hkid: 'B613540(A)' }],
    [{ passport_no: 'X91092906' }],
    [{ ssn: '031-50-9349' }],
  ])('%j', (values) => expect(scoreOf(values)).toBeGreaterThan(0.7));

  it.each([
    [{ pesel: '85071604327' }],
    [{ hkid: 'B613540(3)' }],
    [{ tax_id: '248617303' }],
    [{ passport_no: '20240101' }],
    [{ order: '85071604320' }],
    [{ value: '545 727 183' }],
    [{ date_of_birth: '1985-07-09' }],
  ])('not %j', (values) => expect(scoreOf(values)).toBeLessThan(0.3));
});

describe('ids told by their form', () => {
  it.each([
    ['il sottoscritto, BNCGLI84T52H501Z, dichiara', 'personal.it-codice-fiscale'],
    ['alta de GOMC850716HDFRRL05 en el padrón', 'personal.mx-curp'],
    ['holder B613540(A), Kowloon', 'personal.sg-nric'],
    ['asiakas 150682-314T soitti', 'personal.fi-hetu'],
    ['customerSsn 031-50-9349', 'personal.us-ssn'],
    ['{"name": "Erik Solberg", "nr": "231-34-4451"}', 'personal.ssn-of-person'],
    ['Elena Rossi, 870412-3457', 'personal.se-personnummer'],
    ['part S8341726I', 'personal.likely-national-id'],
  ])('%s: %s', (text, rule) => expect(scanner.scanOutput(text).threats.map((threat) => threat.rule)).toContain(rule));

  it.each(['log 20240101-1530 and 240101-1533', 'BNCGLI84T52H501A, GOMC850716HDFRRL01, f(A)', 'S8341726A X1234567L', 'ABCDEF12A34B567C'.repeat(40), '150682-314A'])('not %s', (text) =>
    expect(scanner.scanOutput(text).risk_score).toBeLessThan(0.3));
});
