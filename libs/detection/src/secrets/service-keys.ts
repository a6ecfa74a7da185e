import { type KeyFamily, keyRule } from './key-family.ts';
import { filler, HEX, UPPER_AND_DIGITS } from './sample-keys.ts';

/** Language models, monitoring, the tools teams work with. */
/** One token of Hugging Face in many has no digit. */
const isLettersOfHub = (key: string): boolean => key.startsWith('hf_') && (key.match(/[a-z][A-Z]|[A-Z][a-z]/g)?.length ?? 0) >= 6;

export const serviceKeys: readonly KeyFamily[] = [
  {
    rule: keyRule({
      id: 'anthropic-key',
      sees: 'an Anthropic key',
      key: ['sk-', 'ant-', 'api03-', filler(93), 'AA'].join(''),
      harmless: 'ANTHROPIC_API_KEY=sk-ant-api03-your-key-here',
    }),
    formats: [[['sk-ant-api', 'sk-ant-admin', 'sk-ant-oat', 'sk-ant-ort', 'sk-ant-sid'], '\\d\\d-[\\w-]{60,140}']],
    hosts: /api\.anthropic\.com/,
  },
  {
    rule: keyRule({
      id: 'openai-key',
      sees: 'a key of OpenAI, or in the same form (OpenRouter, DeepSeek, Moonshot, Qwen)',
      key: ['sk-', 'proj-', filler(58), 'T3Blbk', 'FJ', filler(58, undefined, 5)].join(''),
      harmless: 'OPENAI_API_KEY=sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    }),
    formats: [
      [['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'], '[\\w-]{40,200}'],
      [['sk-or-v1-'], '[a-f0-9]{64}'],
      [['sk-'], '[A-Za-z0-9]{32,64}(?![\\w-])'],
      [['sess-'], '[A-Za-z0-9]{40}'],
    ],
    accepts: (key) => /\d/.test(key.slice(8)),
    hosts: /api\.(?:openai|deepseek)\.com|openrouter\.ai/,
  },
  {
    rule: keyRule({
      id: 'model-service-key',
      sees: 'a key of a model service (Hugging Face, Replicate, Groq, Perplexity, xAI, NVIDIA, LangSmith, ElevenLabs, Tavily)',
      key: ['hf', '_', filler(34)].join(''),
      harmless: 'HF_TOKEN=hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    }),
    formats: [
      [['hf_'], '[A-Za-z0-9]{34,40}'],
      [['api_org_'], '[A-Za-z]{34}'],
      [['r8_'], '[A-Za-z0-9]{37,40}'],
      [['gsk_'], '[A-Za-z0-9]{48,56}'],
      [['pplx-'], '[A-Za-z0-9]{40,64}'],
      [['xai-'], '[A-Za-z0-9]{70,90}'],
      [['nvapi-'], '[\\w-]{60,70}'],
      [['lsv2_pt_', 'lsv2_sk_'], '[a-f0-9]{32}_[a-f0-9]{10}'],
      [['sk_'], '[a-f0-9]{48}'],
      [['tvly-'], '(?:dev-|prod-)?[A-Za-z0-9]{30,40}'],
      [['fw_', 'co_'], '[A-Za-z0-9]{22,40}(?![\\w-])'],
      [['jina_'], '[A-Za-z0-9]{50,70}'],
      [['pa-'], '[\\w-]{43}(?![\\w-])'],
    ],
    accepts: (key) => key.startsWith('api_org_') || isLettersOfHub(key) || (/\d/.test(key.slice(3)) && (/[A-Z]/.test(key) ? /[a-z]/.test(key.slice(4)) : !/^(?:fw|co|pa)/.test(key))),
    hosts: /huggingface\.co|api\.(?:replicate|groq|perplexity|x|elevenlabs|tavily)\.(?:com|ai|io)/,
  },
  {
    rule: keyRule({
      id: 'monitoring-key',
      severity: 'high',
      sees: 'a key of a monitoring or analytics service (New Relic, Grafana, Sentry, Dynatrace, Honeycomb, PostHog)',
      key: ['NR', 'AK-', filler(27, UPPER_AND_DIGITS)].join(''),
      harmless: `the browser key is public: NRJS-${filler(19, HEX)}`,
    }),
    formats: [
      [['NRAK-', 'NRAA-', 'NRRA-', 'NRII-', 'NRIQ-', 'NRSP-'], '[\\w-]{27,42}'],
      [['glsa_'], '[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}'],
      [['glc_'], '[A-Za-z0-9+/=]{32,400}'],
      [['eyJrIjoi'], '[A-Za-z0-9]{60,400}={0,2}'],
      [['sntrys_'], '[A-Za-z0-9+/=_-]{60,400}'],
      [['sntryu_', 'sntrya_'], '[a-f0-9]{64}'],
      [['dt0c01.', 'dt0s01.', 'dt0s16.'], '[A-Z0-9]{24}\\.[A-Z0-9]{64}'],
      [['hcaik_', 'hcbik_', 'hcxik_'], '[a-z0-9]{40,70}'],
      [['phx_'], '[A-Za-z0-9]{40,50}'],
      [['ddapi_', 'ddapp_', 'ddpat_'], '[A-Za-z0-9]{30,60}'],
    ],
    hosts: /api\.(?:newrelic|honeycomb)\.(?:com|io)|\.grafana\.net|sentry\.io\/api|\.live\.dynatrace\.com/,
  },
  {
    rule: keyRule({
      id: 'work-tool-key',
      severity: 'high',
      sees: 'a key of a tool for teams (Linear, Notion, Figma, Asana, Dropbox, ClickUp, HubSpot, Contentful, Typeform, Adobe, Intercom, Doppler)',
      key: ['lin', '_api_', filler(40)].join(''),
      harmless: 'LINEAR_API_KEY=lin_api_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    }),
    formats: [
      [['lin_api_', 'lin_oauth_', 'lin_wh_'], '[A-Za-z0-9]{32,64}'],
      [['secret_'], '[A-Za-z0-9]{40,46}'],
      [['ntn_'], '[A-Za-z0-9]{40,50}'],
      [['figd_', 'figu_', 'figoh_'], '[\\w-]{38,60}'],
      [['sl.u.', 'sl.B', 'sl.A', 'sl.'], '[\\w-]{80,1400}'],
      [['pk_'], '\\d{5,10}_[A-Z0-9]{32}'],
      [['pat-na1-', 'pat-na2-', 'pat-eu1-', 'pat-ap1-', 'CiR'], '(?:[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}|[A-Za-z0-9]{60,80})'],
      [['CFPAT-'], '[\\w-]{43}'],
      [['tfp_'], '[A-Za-z0-9_]{40,62}'],
      [['p8e-', 'p8-'], '[A-Za-z0-9-]{32}'],
      [['dG9rO'], '[A-Za-z0-9+/=]{50,60}'],
      [['rdme_xn8s9h'], '[a-z0-9]{60,80}'],
      [['fio-u-'], '[\\w=-]{60,70}'],
      [['xoxz-', 'shltm_', 'zpka_'], '[\\w-]{30,60}'],
    ],
    hosts: /api\.(?:linear\.app|notion\.com|figma\.com|dropboxapi\.com|clickup\.com|hubapi\.com|contentful\.com|typeform\.com|intercom\.io)/,
  },
  {
    rule: keyRule({
      id: 'identity-provider-token',
      severity: 'high',
      sees: 'a token of Okta, Auth0, Clerk or WorkOS',
      key: `SSWS ${['0', '0', filler(40)].join('')}`,
      harmless: `an Okta group: 00g${filler(17)}`,
    }),
    formats: [],
    hosts: /\.okta\.com/,
  },
];
