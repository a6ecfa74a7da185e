import { ROLES } from '../place.ts';
import type { Analyser, PatternRule, Rule } from '../rule.ts';
import { isPlaceholder, isTrivialPassword } from './placeholders.ts';
import { filler, HEX } from './sample-keys.ts';

const passwordInUrl: Rule = {
  id: 'secrets.password-in-url',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a connection string or URL with user name and password',
  positive: { output: ['DATABASE_URL=postgres', '://app:', 'v8Kq2LmZ0p', '@db.prod.example.com:5432/orders'].join('') },
  nearMiss: { output: 'DATABASE_URL=postgres://postgres:postgres@localhost:5432/app_dev' },
  source: 'RFC 3986, section 3.2.1',
};
const passwordOfLocalService: Rule = {
  id: 'secrets.local-password-in-url',
  type: 'credential_exposure',
  severity: 'medium',
  sees: 'a connection string with a password of its own for a service on the same machine or network, or with a password everybody knows for one elsewhere',
  positive: { output: ['REDIS_URL=redis', '://default:', 'v8Kq2LmZ0p', '@localhost:6379'].join('') },
  nearMiss: { output: 'REDIS_URL=redis://default:${REDIS_PASSWORD}@localhost:6379' },
};

/** Neither quotes nor blanks nor signs of a path; the password may hold what careless people do not escape. */
const USERINFO = /:\/\/([^\s/:@"'`<>()[\]{}\\?#]{0,120}):([^\s/"'`<>\\?#@,]{1,80}(?:@[^\s/"'`<>\\?#@:,]{1,60}){1,3}(?=@[\w-]{1,63}\.)|[^\s/"'`<>\\@]{1,200}|[^\s"'`<>\\@]{1,80})@([\w.-]{1,253}|\[[\da-f:]{2,45}\]|\$?\{[\w.]{1,60}\})/iy;
const LOCAL_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|host\.docker\.internal|\[::1\]|[a-z][a-z0-9_-]{0,40})$/i;

export const urlPasswords: Analyser = {
  name: 'passwords in URLs',
  roles: ROLES,
  literals: ['://'],
  rules: [passwordInUrl, passwordOfLocalService],
  analyse: ({ text, place, hits, budget, report }) => {
    for (const hit of hits) {
      USERINFO.lastIndex = hit;
      const match = USERINFO.exec(text);
      budget.spend(24);
      if (!match) continue;
      budget.spend(400);
      const [, user = '', password = '', host = ''] = match;
      if (isPlaceholder(password) || /^[$%{<*]|^:|example|^password/i.test(password) || /^(?:user(?:name)?|your.*|<.*)$/i.test(user) && /^pass(?:word|wd)?$/i.test(password)) continue;
      // `http://host:8080/@vite/client`: a port.
      if (/^\d{1,5}(?:[/?#]|$)/.test(password)) continue;
      const start = hit + 3 + user.length + 1;
      const known = isTrivialPassword(password) || password.toLowerCase() === user.toLowerCase();
      // A name of an account stands where others have a host.
      const local = LOCAL_HOST.test(host) && !/cloudinary$/.test(text.slice(Math.max(0, hit - 10), hit));
      if ((known && (local || /example|test/i.test(host))) || password.length < 4 || (/\bexample\.(?:com|org|net)$/.test(host) && !/\d/.test(password))) continue;
      // `x-access-token:TOKEN@` and the like are read as tokens where they are ones.
      report(known || local || place.role === 'secret' ? passwordOfLocalService : passwordInUrl, start, start + password.length);
    }
  },
};

const keyValueString: PatternRule = {
  id: 'secrets.connection-string',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a connection string in pairs (SQL Server, ODBC, JDBC, service bus) with its password or key',
  positive: { output: ['Server=tcp:db.example.com,1433;Database=orders;User ID=app;', 'Password=', 'v8Kq2LmZ0p', ';Encrypt=True'].join('') },
  nearMiss: { output: 'Server=localhost;Database=orders;User ID=sa;Password=${SA_PASSWORD};Encrypt=True' },
  roles: ROLES,
  literals: [';password=', ';pwd=', 'sharedaccesskey=', '&password=', '?password='],
  pattern: /(?<=[;&?](?:password|pwd|sharedaccesskey) {0,2}= {0,2}["']?)[^;&"'\s]{4,200}/i,
  before: 2,
  accepts: (match) => !isPlaceholder(match[0]) && !isTrivialPassword(match[0]),
};

const azureAccountKey: PatternRule = {
  id: 'secrets.azure-storage-key',
  type: 'credential_exposure',
  severity: 'critical',
  sees: 'the key of an Azure storage, Cosmos DB or Service Bus account',
  positive: { output: ['DefaultEndpointsProtocol=https;AccountName=orders;Account', 'Key=', filler(86), '==;EndpointSuffix=core.windows.net'].join('') },
  // The key of the storage emulator is the same for everybody and documented.
  nearMiss: { output: 'UseDevelopmentStorage=true;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==' },
  source: 'learn.microsoft.com/azure/storage/common/storage-configure-connection-string',
  roles: ROLES,
  literals: ['accountkey', 'account_key', 'account-key', 'storage_key', 'sharedaccesskey', 'primarykey', 'cosmos'],
  pattern: /(?<=(?:account[_-]?key|storage_key|sharedaccesskey|primarykey|cosmos\w{0,20}key)["']?[ =:"']{1,6}(?:value[ =:"']{1,4})?)(?:[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=)/i,
  before: 2,
  accepts: (match) => !isPlaceholder(match[0]) && !match[0].startsWith('Eby8vdM02xNO') && !match[0].startsWith('C2y6yDjf5/R+ob0N8A7Cgv'),
};

const azureSignature: PatternRule = {
  id: 'secrets.azure-shared-access',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'a shared access signature of Azure',
  positive: { output: `https://orders.blob.example.net/dump?sv=2022-11-02&se=2030-01-01&sr=c&sp=rl&sig=${filler(43)}%3D` },
  nearMiss: { output: 'append ?sv=<version>&sp=r&sig=<signature> to the URL' },
  source: 'learn.microsoft.com/azure/storage/common/storage-sas-overview',
  roles: ROLES,
  literals: ['&sig=', '?sig='],
  pattern: /(?<=[?&]sig=)[A-Za-z0-9%+/]{40,70}(?:%3D|=)?(?![\w%])/i,
  before: 8,
  accepts: ([match]) => !isPlaceholder(match),
};

const signedUrl: PatternRule = {
  id: 'secrets.signed-url',
  type: 'credential_exposure',
  severity: 'medium',
  sees: 'a signed URL of an object store, for whoever holds it',
  positive: { output: `https://orders.s3.example.net/dump?X-Amz-Expires=604800&X-Amz-Signature=${filler(64, HEX)}` },
  nearMiss: { output: 'append X-Amz-Signature=<signature> to the URL' },
  source: 'docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html',
  roles: ROLES,
  literals: ['x-amz-signature=', 'x-goog-signature='],
  pattern: /x-(?:amz-signature=[0-9a-f]{64}|goog-signature=[0-9a-f]{200,600})(?![\w%])/i,
  before: 2,
  after: 700,
};

const azureClientSecret: PatternRule = {
  id: 'secrets.azure-client-secret',
  type: 'credential_exposure',
  severity: 'critical',
  sees: 'the client secret of an Azure (Entra) application',
  positive: { output: ['AZURE_SECRET=', filler(3), '8Q', '~', filler(34)].join('') },
  nearMiss: { output: 'the formula was Q~8 and then 8q~x' },
  source: 'learn.microsoft.com/entra/identity-platform/howto-create-service-principal-portal',
  roles: ROLES,
  literals: ['5q~', '6q~', '7q~', '8q~', '9q~'],
  pattern: /(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w.~-])/,
  before: 5,
  after: 48,
};

const webhookUrl: PatternRule = {
  id: 'secrets.webhook-url',
  type: 'credential_exposure',
  severity: 'high',
  sees: 'the URL of a chat webhook (Slack, Discord, Teams, Google Chat, Zapier): whoever has it can post',
  positive: { output: ['https://hooks.slack', '.com/services/T', filler(8, 'ABCDEFGH0123'), '/B', filler(10, 'ABCDEFGH0123'), '/', filler(24)].join('') },
  nearMiss: { output: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX' },
  source: 'docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
  // A tool that posts to a webhook has the URL in the field made for it.
  roles: ROLES.filter((role) => role !== 'secret'),
  literals: ['hooks.slack.com/', '/api/webhooks/', 'webhook.office.com/', 'chat.googleapis.com/v1/spaces', 'hooks.zapier.com/', 'logic.azure.com'],
  pattern:
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/[TE]?[A-Za-z0-9+/]{30,90}|discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,72}|webhook\.office\.com\/webhookb2\/[0-9a-f@-]{60,80}\/IncomingWebhook\/[0-9a-z/-]{40,120}|chat\.googleapis\.com\/v1\/spaces\/[\w-]{8,20}\/messages\?key=[\w-]{20,50}&token=[\w%-]{20,60}|hooks\.zapier\.com\/hooks\/catch\/\d{5,10}\/\w{6,12}|logic\.azure\.com(?::443)?\/workflows\/[0-9a-f]{32}\/triggers\/[^\s"']{20,200}sig=[\w-]{40,50}/,
  accepts: (match, { place }) => !isPlaceholder(match[0]) && !/T0{6,}|B0{6,}/.test(match[0]) && !(place.role === 'url' && POSTS.test(place.tool)),
};
/** Tools that call the URL they are given. */
const POSTS = /http|fetch|request|post|send|notif|curl|slack|discord|teams|chat|webhook|browse|navigate|open|call|api/i;

export const connectionStrings: readonly PatternRule[] = [keyValueString, azureAccountKey, azureSignature, signedUrl, azureClientSecret, webhookUrl];
