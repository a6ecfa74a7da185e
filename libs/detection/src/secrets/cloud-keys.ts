import { type KeyFamily, keyRule } from './key-family.ts';
import { filler, HEX, UPPER_AND_DIGITS } from './sample-keys.ts';

/** Clouds, hosting and the tools that build infrastructure. */
export const cloudKeys: readonly KeyFamily[] = [
  {
    rule: keyRule({
      id: 'aws-key-id',
      severity: 'high',
      sees: 'an AWS access key id',
      key: ['AK', 'IA', filler(16, UPPER_AND_DIGITS)].join(''),
      harmless: 'the documented example is AKIAIOSFODNN7EXAMPLE',
      source: 'docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html',
    }),
    formats: [[['AKIA', 'ASIA', 'ABIA', 'ACCA'], '[A-Z0-9]{16}']],
    accepts: (key) => /\d/.test(key) || /[A-Z]{20}/.test(key),
    hosts: /\.amazonaws\.com/,
  },
  {
    rule: keyRule({
      id: 'aws-service-key',
      sees: 'an AWS Bedrock or Marketplace key',
      key: ['AB', 'SK', filler(120)].join(''),
      harmless: `ABSK is what Bedrock keys begin with, then ${'A'.repeat(30)}`,
    }),
    formats: [
      [['ABSK'], '[A-Za-z0-9+/]{100,140}={0,2}'],
      [['bedrock-api-key-'], '[A-Za-z0-9+/=]{60,400}'],
    ],
  },
  {
    rule: keyRule({
      id: 'google-key',
      severity: 'high',
      sees: 'a Google API key, OAuth secret or access token',
      key: ['AI', 'za', filler(35)].join(''),
      harmless: 'const GOOGLE_KEY = "AIzaSyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"',
      source: 'cloud.google.com/docs/authentication/api-keys',
    }),
    formats: [
      [['AIza'], '[\\w-]{35}'],
      [['GOCSPX-'], '[\\w-]{24,40}'],
      [['ya29.'], '[\\w.-]{24,500}'],
      [['1//0'], '[\\w-]{40,120}'],
    ],
    hosts: /\.googleapis\.com/,
  },
  {
    rule: keyRule({
      id: 'azure-devops-token',
      sees: 'an Azure DevOps or Functions token',
      key: [filler(76), 'AZ', 'DO', filler(4)].join(''),
      harmless: `an image digest is long too: ${filler(64, HEX)}`,
    }),
    formats: [],
  },
  {
    rule: keyRule({
      id: 'digitalocean-token',
      sees: 'a DigitalOcean token',
      key: ['dop', '_v1_', filler(64, HEX)].join(''),
      harmless: 'export DIGITALOCEAN_TOKEN=dop_v1_your_token_here',
      source: 'docs.digitalocean.com/reference/api/create-personal-access-token',
    }),
    formats: [[['dop_v1_', 'doo_v1_', 'dor_v1_'], '[a-f0-9]{64}']],
    hosts: /api\.digitalocean\.com/,
  },
  {
    rule: keyRule({
      id: 'hosting-token',
      sees: 'a token of a hosting platform (Heroku, Fly, Netlify, Vercel, Cloudflare, Render, Railway, Scalingo)',
      key: ['fo', '1_', filler(43)].join(''),
      harmless: `the deployment id is dpl_${filler(24)}`,
    }),
    formats: [
      [['HRKU-'], '[\\w-]{30,80}'],
      [['fo1_'], '[\\w-]{43}'],
      [['fm1r_', 'fm1a_', 'fm2_'], '[A-Za-z0-9+/=_,-]{80,2000}'],
      [['nfp_', 'nfc_', 'nfo_', 'nfu_', 'nfb_'], '[\\w-]{36,50}'],
      [['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_', 'vercel_blob_rw_'], '[\\w-]{24,80}'],
      [['v1.0-'], '[a-f0-9]{24}-[a-f0-9]{146}'],
      [['cfut_', 'cfat_', 'cfk_'], '[\\w-]{36,60}'],
      [['rnd_'], '[A-Za-z0-9]{26,40}'],
      [['tk-us-'], '[\\w-]{48}'],
    ],
    hosts: /api\.(?:heroku|machines\.dev|netlify|vercel|cloudflare|render)\b/,
  },
  {
    rule: keyRule({
      id: 'asian-cloud-key',
      severity: 'high',
      sees: 'a key of Alibaba Cloud, Tencent Cloud or Yandex Cloud',
      key: ['LT', 'AI', '5t', filler(18)].join(''),
      harmless: 'Alibaba key ids begin with LTAI, as in LTAIxxxxxxxxxxxxxxxxxxxx',
    }),
    formats: [
      [['LTAI'], '(?:4[A-Z]|5t)?[A-Za-z0-9]{12,24}'],
      [['AKID'], '[A-Za-z0-9]{32}'],
      [['AQVN'], '[\\w-]{34,40}'],
      [['YCAJE'], '[\\w-]{20}'],
      [['YC'], '[\\w-]{38}'],
      [['t1.'], '[A-Za-z0-9_-]{6,200}=*\\.[A-Za-z0-9_-]{86}=*'],
      [['y0_Ag', 'y1_Ag', 'y2_Ag', 'y3_Ag'], '[\\w-]{50,60}'],
    ],
    accepts: (key) => (/\d/.test(key) || /[a-z][A-Z]/.test(key)) && /[a-z]/.test(key) && /[A-Z]/.test(key.slice(4)),
  },
  {
    rule: keyRule({
      id: 'vault-token',
      sees: 'a HashiCorp Vault or Terraform Cloud token',
      key: ['hv', 's.', filler(90)].join(''),
      harmless: 's.thisstringisalllowercase',
      source: 'developer.hashicorp.com/vault/docs/concepts/tokens',
    }),
    formats: [
      [['hvs.', 'hvb.', 'hvr.'], '[\\w-]{24,300}'],
      [['s.', 'b.', 'r.'], '(?=[A-Za-z]{0,23}\\d)(?=[a-z0-9]{0,23}[A-Z])(?=[A-Z0-9]{0,23}[a-z])[A-Za-z0-9]{24}(?![\\w.(])'],
    ],
    accepts: (key) => /\d/.test(key),
  },
  {
    rule: keyRule({
      id: 'terraform-token',
      sees: 'a Terraform Cloud token',
      key: [filler(14), '.atlas', 'v1.', filler(67)].join(''),
      harmless: 'Terraform tokens look like xxxxxxxxxxxxxx.atlasv1.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    }),
    formats: [],
  },
  {
    rule: keyRule({
      id: 'infrastructure-token',
      sees: 'a token of an infrastructure tool (Pulumi, Doppler, Databricks, Infracost, Spacelift, Prefect)',
      key: ['pul', '-', filler(40, HEX)].join(''),
      harmless: `pull-${filler(40, HEX)} is a branch`,
    }),
    formats: [
      [['pul-'], '[a-f0-9]{40}'],
      [['dp.pt.', 'dp.ct.', 'dp.sa.', 'dp.scim.', 'dp.audit.'], '[A-Za-z0-9]{40,44}'],
      [['dp.st.'], '(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}'],
      [['dapi'], '[a-f0-9]{32}(?:-\\d)?'],
      [['ico-'], '[A-Za-z0-9]{32}'],
      [['pnu_'], '[A-Za-z0-9]{36}'],
    ],
    hosts: /api\.(?:pulumi|doppler)\.com|\.(?:cloud\.databricks\.com|azuredatabricks\.net)/,
  },
  {
    rule: keyRule({
      id: 'database-service-key',
      sees: 'a key of a database service (Supabase, PlanetScale, MongoDB Atlas, Neon, Turso, Pinecone, Airtable)',
      key: ['sbp', '_', filler(40, HEX)].join(''),
      harmless: `the publishable one is fine: sb_publishable_${filler(30)}`,
    }),
    formats: [
      [['sbp_'], '[a-f0-9]{40}'],
      [['sb_secret_'], '[\\w-]{28,60}'],
      [['pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'], '[\\w.=-]{32,64}'],
      [['mdb_sa_sk_'], '[\\w-]{36,60}'],
      [['napi_'], '[a-z0-9]{50,80}'],
      [['pcsk_'], '[A-Za-z0-9]{4,8}_[A-Za-z0-9]{50,70}'],
      [['pat'], '[A-Za-z0-9]{14}\\.[a-f0-9]{64}'],
    ],
    hosts: /api\.(?:supabase|planetscale|airtable)\.com|cloud\.mongodb\.com/,
  },
];
