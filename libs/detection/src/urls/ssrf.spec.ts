import { describe, expect, it } from '@jest/globals';
import { Scanner } from '../scanner.ts';
import { urlsDetectors } from './detectors.ts';
import { hostOf } from './host.ts';
import { targetsOf } from './target.ts';

describe('a host', () => {
  it.each([
    ['169.254.169.254', 'metadata', false],
    ['2852039166', 'metadata', true],
    ['0xA9FEA9FE', 'metadata', true],
    ['0xA9.0xFE.0xA9.0xFE', 'metadata', true],
    ['0251.0376.0251.0376', 'metadata', true],
    ['425.510.425.510', 'metadata', true],
    ['①⑥⑨.②⑤④.①⑥⑨.②⑤④', 'metadata', true],
    ['169.254.43518', 'metadata', true],
    ['[::ffff:169.254.169.254]', 'metadata', true],
    ['[64:ff9b::a9fe:a9fe]', 'metadata', true],
    ['[fd00:ec2::254]', 'metadata', false],
    ['metadata.google.internal.', 'metadata', false],
    ['127.0.0.1', 'loopback', false],
    ['127.1', 'loopback', true],
    ['0', 'loopback', true],
    ['[::1]', 'loopback', false],
    ['[0:0:0:0:0:0:0:1]', 'loopback', true],
    ['ⓛⓞⓒⓐⓛⓗⓞⓢⓣ', 'loopback', true],
    ['%6c%6f%63%61lhost', 'loopback', true],
    ['app.localtest.me', 'loopback', true],
    ['10.0.0.1.nip.io', 'private', true],
    ['7f000001.nip.io', 'loopback', true],
    ['192.168.1.1', 'private', false],
    ['172.32.0.1', 'public', false],
    ['[fe80::1]', 'link-local', false],
    ['7f000001.c0a80001.rbndr.us', 'rebinding', false],
    ['kubernetes.default.svc', 'cluster', false],
    ['build.corp', 'internal-name', false],
    ['example.com', 'public', false],
    ['127.example.com', 'public', false],
    ['42', 'public', false],
    ['[2001:db8::1]', 'public', false],
    ['', 'public', false],
  ])('%s is %s, disguised: %s', (written, kind, disguised) => {
    expect(hostOf(written)).toEqual({ kind, disguised });
  });
});

describe('the targets of a URL', () => {
  it.each([
    ['http://example.com@127.0.0.1/x', ['loopback']],
    ['http://localhost#@example.com/', ['loopback', 'public']],
    ['http://example.com#@169.254.169.254/', ['public', 'metadata']],
    ['http://127.1.1.1:80\\@127.2.2.2:80/', ['loopback', 'loopback']],
    ['http:127.0.0.1', ['loopback']],
    ['http:\\\\127.0.0.1\\', ['loopback']],
    ['jar:ftp://127.0.0.1!/', ['loopback']],
    ['//169.254.169.254/latest', ['metadata']],
    ['localhost:8080/x', ['loopback']],
    ['mailto:kim@example.com', []],
    ['https://example.com/@127.0.0.1/', ['public']],
  ])('%s -> %j', (url, kinds) => {
    expect(targetsOf(url, true).map(({ host }) => host.kind)).toEqual(kinds);
  });
});

describe('requests to the inside', () => {
  it.each([
    ['http_get', { url: 'http://localhost:3000/health' }],
    ['browser_navigate', { url: 'http://127.0.0.1:5173/admin' }],
    ['http_get', { url: 'http://localhost:8080/actuator/health' }],
    ['http_get', { url: 'https://auth.example.com/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback' }],
    ['bash', { command: 'curl -sf http://localhost:9200/_cat/health && curl http://10.0.0.5/x' }],
    ['connect', { url: 'postgres://app@localhost:5432/app' }],
    ['set_proxy', { value: 'http://127.0.0.1:8888' }],
    ['ping_host', { host: '192.168.1.1' }],
    ['create_comment', { body: 'We saw requests to http://169.254.169.254/latest/ in the logs' }],
    ['write_file', { path: 'index.html', content: '<script src="http://localhost:3000/app.js"></script>' }],
  ])('%s %j stays below the high band', (name, toolArguments) => {
    expect(scanner.scanCall({ name, arguments: toolArguments }).risk_score).toBeLessThan(0.7);
  });

  it.each([
    ['http_get', { url: 'http://localhost:8080/actuator/env' }],
    ['create_webhook', { target_url: 'http://localhost:3000/hook' }],
    ['http_get', { url: 'https://proxy.example.com/?u=//169.254.169.254/' }],
    ['bash', { command: "curl -H 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/" }],
    ['create_page', { content: '![x](http://169.254.169.254/latest/user-data)' }],
    ['html_to_image', { html: `<img src=x onerror="document.location='http://169.254.169.254/latest/'">` }],
    ['web_fetch', { url: 'http://localhost:9001/2018-06-01/runtime/invocation/next' }],
    ['convert_to_pdf', { html: '<link rel=attachment href="http://localhost/">' }],
    ['ping_host', { host: '2852039166' }],
    ['fetch_url', { url: 'dict://192.0.2.4:11211/stats' }],
    ['fetch_url', { url: `http://${'a'.repeat(100_000)}@169.254.169.254/` }],
    ['fetch_url', { url: `${' '.repeat(5_000)}http://169.254.169.254/` }],
    ['fetch_url', { url: `https://example.com/?q=${'x'.repeat(5_000)} http://169.254.169.254/` }],
    ['fetch_urls', { urls: 'https://example.com, http://169.254.169.254/latest/' }],
    ['fetch_urls', { urls: 'https://example.com\nhttp://2852039166/latest/' }],
    ['fetch_url', { url: 'please open http://169.254.169.254/latest/' }],
  ])('%s %j is a forged request', (name, toolArguments) => {
    expect(scanner.scanCall({ name, arguments: toolArguments })).toMatchObject({ threats_detected: ['ssrf'] });
    expect(scanner.scanCall({ name, arguments: toolArguments }).risk_score).toBeGreaterThanOrEqual(0.7);
  });
});

it.each(['http://', '://', 'http://a@', '[::', '?u=http://', '%3a%2f%2f', '\ud800', '①', '%0d%0a'])('half a megabyte of %j is read in time', (unit) => {
  const text = unit.repeat(Math.ceil(524_288 / unit.length));
  expect(scanner.scanCall({ name: 'fetch_url', arguments: { url: text, note: text } }).threats_detected).not.toContain('scan_incomplete');
});

const scanner = new Scanner(urlsDetectors);
