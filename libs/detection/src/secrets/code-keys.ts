import { hasTokenChecksum, tokenChecksum } from './checksums.ts';
import { type KeyFamily, keyRule } from './key-family.ts';
import { filler, HEX, LOWER_AND_DIGITS } from './sample-keys.ts';

/** Code hosts, package registries, CI and the tools around them. */
export const codeKeys: readonly KeyFamily[] = [
  {
    rule: keyRule({
      id: 'checked-token',
      sees: 'a GitHub or npm token whose checksum holds',
      key: ['gh', 'p_', filler(30), tokenChecksum(filler(30))].join(''),
      harmless: ['a token with letters swapped: gh', 'p_', filler(36)].join(''),
      source: 'github.blog/engineering/behind-githubs-new-authentication-token-formats',
    }),
    formats: [[['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'npm_'], '[A-Za-z0-9]{36}']],
    accepts: hasTokenChecksum,
    hosts: /api\.github\.com|registry\.npmjs\.org/,
  },
  {
    rule: keyRule({
      id: 'github-token',
      severity: 'high',
      sees: 'a GitHub token',
      key: ['gh', 's_', filler(36)].join(''),
      harmless: 'GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      source: 'docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github',
    }),
    formats: [
      [['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{36,255}'],
      [['github_pat_'], '\\w{60,255}'],
    ],
    hosts: /(?:api|uploads)\.github\.com/,
  },
  {
    rule: keyRule({
      id: 'gitlab-token',
      sees: 'a GitLab token',
      key: ['gl', 'pat-', filler(20)].join(''),
      harmless: 'glpat-XXXXXXXXXXX-XXXXXXXX',
      source: 'docs.gitlab.com/security/tokens',
    }),
    formats: [
      [['glpat-', 'gldt-', 'glrt-', 'glft-', 'glsoat-', 'glcbt-', 'glptt-', 'glimt-', 'glagent-', 'glffct-', 'gloas-', 'glrtr-', 'glwt-'], '[\\w-]{20,64}(?:\\.[a-z0-9]{2}\\.[a-z0-9]{7,9})?'],
      [['GR1348941'], '[\\w-]{20}'],
    ],
    hosts: /gitlab\.com\/api/,
  },
  {
    rule: keyRule({
      id: 'atlassian-token',
      sees: 'an Atlassian or Bitbucket token',
      key: ['ATA', 'TT3', filler(180), '=', filler(8, HEX).toUpperCase()].join(''),
      harmless: 'Atlassian tokens begin with ATATT3 and are some 190 characters long',
    }),
    formats: [
      [['ATATT3', 'ATCTT3', 'ATSTT3'], '[\\w=-]{60,220}'],
      [['ATBB', 'ATOA'], '[A-Za-z0-9]{24,40}(?:[A-F0-9]{8})?'],
    ],
    hosts: /\.atlassian\.(?:net|com)|api\.bitbucket\.org/,
    accepts: (key) => /\d/.test(key) && /[a-z]/.test(key),
  },
  {
    rule: keyRule({
      id: 'registry-token',
      severity: 'high',
      sees: 'a token of a package registry (npm, PyPI, Docker Hub, RubyGems, NuGet, Clojars, crates.io, Packagist, Artifactory)',
      key: ['pypi-', 'AgEIcHlwaS5vcmc', filler(120)].join(''),
      harmless: '//registry.npmjs.org/:_authToken=${NPM_TOKEN}',
    }),
    formats: [
      [['npm_'], '[A-Za-z0-9]{36}'],
      [['pypi-Ag'], '[\\w-]{50,600}'],
      [['dckr_pat_', 'dckr_oat_'], '[\\w-]{26,60}'],
      [['rubygems_'], '[a-f0-9]{48}'],
      [['oy2'], '[a-z0-9]{43}'],
      [['CLOJARS_'], '[A-Za-z0-9]{60}'],
      [['cio'], '[A-Za-z0-9]{32}'],
      [['packagist_ack_', 'packagist_uut_', 'packagist_out_'], '[a-f0-9]{60,80}'],
      [['AKCp'], '[A-Za-z0-9]{60,80}'],
      [['cmVmdGtuOj'], '[A-Za-z0-9+/=]{50,64}'],
      [['jfrt@'], '[A-Za-z0-9]{40,80}'],
    ],
    hosts: /registry\.npmjs\.org|upload\.pypi\.org|rubygems\.org|nuget\.org|crates\.io/,
    accepts: (key) => /\d/.test(key.slice(4)) && (!key.startsWith('cio') || /[A-Z]/.test(key)),
  },
  {
    rule: keyRule({
      id: 'build-token',
      severity: 'high',
      sees: 'a token of a build, test or code-quality service (CircleCI, Buildkite, SonarQube, Postman, Sourcegraph, LaunchDarkly, TeamCity, StackHawk, Dependency-Track)',
      key: ['squ', '_', filler(40, HEX)].join(''),
      harmless: `the cache key is sha1_${filler(40, HEX)}`,
    }),
    formats: [
      [['CCIPAT_', 'CCIPRJ_'], '[A-Za-z0-9]{16,30}_[a-f0-9]{40}'],
      [['bkua_', 'bkaj_', 'bkct_'], '[a-f0-9]{40,64}'],
      [['sqp_', 'squ_', 'sqa_'], '[a-f0-9]{40}'],
      [['PMAK-'], '[a-f0-9]{24}-[a-f0-9]{34}'],
      [['sgp_'], '(?:(?:local|[a-f0-9]{16})_)?[a-f0-9]{40}'],
      [['api-', 'sdk-', 'mob-'], '[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}'],
      [['ghcr_', 'tfp_'], '[\\w-]{40,60}'],
      [['snyk_uat.', 'snyk_sat.'], '[\\w.-]{40,120}'],
      [['slk_'], '[a-f0-9]{64}'],
      [['eyJ0eXAiOiAiVENWMiJ9.'], '[\\w-]{36}\\.[\\w-]{48}'],
      [['hawk.'], '[\\w-]{20}\\.[\\w-]{20}'],
      [['odt_'], '[A-Za-z0-9]{8}_[A-Za-z0-9]{32}'],
      [['dsp_'], '[A-Za-z0-9]{40}'],
      [['chpt_'], '[a-z0-9]{14,40}'],
      [['sgph_'], '(?:[a-f0-9]{16}_)?[a-f0-9]{40}'],
      [['px-dep-', 'px-api-'], '[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
    ],
  },
  {
    rule: keyRule({
      id: 'secret-store-key',
      sees: 'an age identity, a 1Password key or token, or a Bitwarden token',
      key: ['AGE-SECRET-', 'KEY-1', filler(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')].join(''),
      harmless: `age1${filler(58, LOWER_AND_DIGITS)} is the recipient: a public key`,
      source: 'age-encryption.org/v1',
    }),
    formats: [
      [['AGE-SECRET-KEY-1'], '[0-9A-Z]{50,60}'],
      [['AGE-PLUGIN-'], '[A-Z0-9]{1,20}-1[0-9A-Z]{50,200}'],
      [['A3-'], '[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}'],
      [['ops_eyJ'], '[A-Za-z0-9+/=_-]{200,2000}'],
    ],
  },
];
