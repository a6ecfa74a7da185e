import { type KeyFamily, keyRule } from './key-family.ts';
import { DIGITS, filler, HEX } from './sample-keys.ts';

/** Chat, mail, telephony, social networks. */
export const messageKeys: readonly KeyFamily[] = [
  {
    rule: keyRule({
      id: 'slack-token',
      sees: 'a Slack token',
      key: ['xo', 'xb-', filler(12, DIGITS), '-', filler(12, DIGITS, 5), '-', filler(24)].join(''),
      harmless: 'xoxb-Slack_BOT_TOKEN',
      source: 'api.slack.com/authentication/token-types',
    }),
    formats: [
      [['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxd-', 'xoxc-', 'xoxe-', 'xoxe.xoxp-', 'xoxe.xoxb-'], '(?:[A-Za-z0-9%]{1,40}-){0,6}[A-Za-z0-9%+/]{12,250}'],
      [['xapp-', 'xwfp-'], '\\d-[A-Z0-9]{8,16}-\\d{8,16}-[a-z0-9]{30,80}'],
    ],
    accepts: (key) => (key.match(/\d/g)?.length ?? 0) >= 6,
    hosts: /slack\.com\/api/,
  },
  {
    rule: keyRule({
      id: 'mail-service-key',
      sees: 'a key of a mail service (SendGrid, Mailgun, Mailchimp, Brevo, Mandrill, Resend, MailerSend, Klaviyo, Courier, OneSignal)',
      key: ['SG', '.', filler(22), '.', filler(43)].join(''),
      harmless: 'SENDGRID_API_KEY=SG.xxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      source: 'www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys',
    }),
    formats: [
      [['SG.'], '[\\w-]{16,32}\\.[\\w-]{16,64}'],
      [['key-'], '[a-f0-9]{32}'],
      [['xkeysib-', 'xsmtpsib-'], '[a-f0-9]{64}-[A-Za-z0-9]{16}'],
      [['md-'], '[A-Za-z0-9_-]{22}(?![\\w-])'],
      [['re_'], '[A-Za-z0-9]{8,10}_[A-Za-z0-9]{20,30}'],
      [['mlsn.'], '[a-f0-9]{64}'],
      [['pk_'], '[a-f0-9]{34}'],
      [['pk_prod_'], '[A-Z0-9]{28}'],
      [['os_v2_app_', 'os_v2_org_'], '[a-z2-7]{60,120}'],
    ],
    accepts: (key) => /\d/.test(key) && !/^md-(?![A-Za-z0-9_-]*[A-Z])/.test(key),
    hosts: /api\.(?:sendgrid|mailgun|brevo|resend)\.(?:com|net)|mandrillapp\.com/,
  },
  {
    rule: keyRule({
      id: 'mailchimp-key',
      sees: 'a Mailchimp or Mailgun key',
      key: [filler(32, HEX), '-us', '12'].join(''),
      harmless: `the build is ${filler(32, HEX)}-linux12`,
    }),
    formats: [],
    hosts: /\.api\.mailchimp\.com|api\.mailgun\.net/,
  },
  {
    rule: keyRule({
      id: 'chat-bot-token',
      sees: 'a token of a Discord or Telegram bot',
      key: [filler(10, '123456789'), ':AA', filler(33)].join(''),
      harmless: 'TELEGRAM_TOKEN=123456789:your-token-from-botfather',
      source: 'core.telegram.org/bots/features#botfather',
    }),
    formats: [],
    hosts: /discord(?:app)?\.com\/api|api\.telegram\.org/,
  },
  {
    rule: keyRule({
      id: 'social-network-token',
      severity: 'high',
      sees: 'a token of a social network or an advertising account (Facebook, Instagram, X, LinkedIn, Twitch, TikTok)',
      key: ['EA', 'AC', filler(120)].join(''),
      harmless: `data:font/woff;base64,EAAC${'A'.repeat(150)}`,
    }),
    formats: [
      [['EAA'], '[A-Za-z0-9]{95,300}'],
      [['pina_'], '[A-Za-z0-9]{32,120}'],
      [['WPL_AP1.'], '[\\w.=-]{30,80}'],
      [['1000.'], '[a-f0-9]{32}\\.[a-f0-9]{32}'],
      [['IGQV', 'IGAA'], '[A-Za-z0-9_-]{100,300}'],
      [['AAAAAAAAAAAAAAAAAAAAA'], '[A-Za-z0-9]{8,30}%[A-Za-z0-9%]{40,120}'],
    ],
    hosts: /graph\.(?:facebook|instagram)\.com|api\.(?:twitter|x)\.com/,
  },
  {
    rule: keyRule({
      id: 'push-key',
      severity: 'high',
      sees: 'the server key of Firebase Cloud Messaging',
      key: ['AAAA', filler(7), ':APA91b', filler(134)].join(''),
      harmless: `a registration token begins with a name: ${filler(22)}:APA91b…`,
      source: 'firebase.google.com/docs/cloud-messaging/auth-server',
    }),
    formats: [[['os_v2_app_', 'os_v2_org_'], '[a-z0-9]{60,140}']],
  },
  {
    rule: keyRule({
      id: 'twilio-key',
      severity: 'high',
      sees: 'a Twilio API key',
      key: ['S', 'K', filler(32, HEX)].join(''),
      harmless: `a Twilio account: AC${filler(32, HEX)}`,
    }),
    formats: [[['SK'], '[a-f0-9]{32}']],
    hosts: /api\.twilio\.com/,
  },
];
