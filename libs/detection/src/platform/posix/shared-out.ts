import { ruleOf, shell } from '../examples.ts';
import type { Rule } from '../../rule.ts';
import type { Seen } from './lines.ts';

const T = 'MITRE ATT&CK ';
const copyShared = ruleOf(
  'exfiltration.copy-shared', 'network_exfiltration', 'high', 'a snapshot, image or copy of a database shared with everybody or with another account', shell('aws ec2 modify-snapshot-attribute --snapshot-id snap-1 --attribute createVolumePermission --operation-type add --group-names all'),
  shell('aws ec2 create-snapshot --volume-id vol-1'), `${T}T1537`,
);
const bucketOpened = ruleOf(
  'exfiltration.bucket-opened', 'network_exfiltration', 'high', 'a whole bucket or container made readable for anybody', shell('gsutil -m acl ch -r -u AllUsers:R gs://acme-invoices'), shell('aws s3 cp dist/app.js s3://acme-cdn/app.js --acl public-read'), `${T}T1530, T1537`,
);
const capture = ruleOf('exfiltration.keystrokes', 'network_exfiltration', 'high', 'keys that a person presses recorded, or a screen, camera or microphone sent away', shell('logkeys --start --output /tmp/.k'), shell('xinput list; showkey --version'), `${T}T1056.001`);
const copiedOn = ruleOf('exfiltration.replication', 'network_exfiltration', 'high', 'a bucket, database, image or package copied to another account or a bare address', shell('aws s3api put-bucket-replication --bucket acme-invoices --replication-configuration file://r.json'), shell('aws s3api get-bucket-replication --bucket acme-invoices'), `${T}T1537`);

export const folderServed = ruleOf('exfiltration.folder-served', 'network_exfiltration', 'high', 'the whole disk or a home served to the network', shell('python3 -m http.server 8000 --directory /'), shell('python3 -m http.server 8000 --directory dist'), `${T}T1048`);

export const sharingRules: readonly Rule[] = [folderServed, copyShared, bucketOpened, capture, copiedOn];

/** An address by number, not of this machine or a private network. */
const BARE = String.raw`(?!127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.)(?:\d{1,3}\.){3}\d{1,3}`;

type Row = Readonly<{ names: RegExp; pattern: RegExp; rule: Rule }>;
const rows: readonly Row[] = [
  { names: /^aws$/, pattern: /^(?!.*\bremove\b).*\bmodify-(?:snapshot|db-snapshot|db-cluster-snapshot)-attribute\b.*(?:--(?:values-to-add|user-ids|create-volume-permission|group-names|operation-type)[= ]\S*|\ball\b)/, rule: copyShared },
  { names: /^aws$/, pattern: /^(?!.*\bremove\b).*\bmodify-(?:image|fpga-image)-attribute\b.*\ball\b/i, rule: copyShared },
  { names: /^aws$/, pattern: /\bssm modify-document-permission\b.*all|\becr set-repository-policy\b.*"\*"|\bram create-resource-share\b.*--allow-external-principals|\blambda add-layer-version-permission\b.*--principal[= ]["']?\*|\bkms create-grant\b.*arn:aws:iam::\d{12}:/, rule: copyShared },
  { names: /^aws$/, pattern: /\bs3api put-bucket-acl\b.*(?:public-read|AllUsers|--grant-(?:read|full-control)\b)|\bs3 sync\b.*--acl[= ]public-read-write/, rule: bucketOpened },
  { names: /^aws$/, pattern: /\bs3api put-bucket-replication\b|\bdms create-replication-task\b|\brds start-export-task\b.*--s3-bucket-name/, rule: copiedOn },
  { names: /^gsutil$/, pattern: /\bacl (?:ch|set)\b.*(?:AllUsers|allAuthenticated|public-read)|\bdefacl (?:ch|set)\b.*(?:AllUsers|public-read)/i, rule: bucketOpened },
  { names: /^gcloud$/, pattern: /\b(?:storage buckets|compute (?:images|snapshots|disks)|bigquery|artifacts repositories|kms keys|secrets) add-iam-policy-binding\b.*(?:allUsers|allAuthenticatedUsers)/i, rule: bucketOpened },
  { names: /^(?:gcloud|gsutil)$/, pattern: /(?:add-iam-policy-binding|\biam ch)\b.*\buser:[\w.+-]{1,64}@(?:gmail|googlemail|outlook|hotmail|yahoo|proton(?:mail)?|gmx|icloud|mail|yandex)\.[a-z]{2,3}/i, rule: copyShared },
  { names: /^bq$/, pattern: /add-iam-policy-binding\b.*(?:allUsers|allAuthenticatedUsers|user:[\w.+-]{1,64}@(?:gmail|outlook|proton)\.)/i, rule: bucketOpened },
  { names: /^az$/, pattern: /\bstorage (?:container|blob|account)\b.*(?:--public-access[= ](?:container|blob)|--allow-blob-public-access[= ]true)/, rule: bucketOpened },
  { names: /^az$/, pattern: /\b(?:snapshot|disk) grant-access\b/, rule: copyShared },
  { names: /^ngrok$/, pattern: /\b(?:http|start)\b.* file:\/\/\/(?:home|root|etc|users|var|[a-z]:)?(?:\/|\s|$)/i, rule: folderServed },
  { names: /^(?:php|busybox|serve|http-server|caddy|darkhttpd|miniserve|updog|dufs|twistd)$/, pattern: /^(?:php -S \S+ -t|busybox httpd .*-h|serve|http-server|caddy file-server .*--root|darkhttpd|miniserve|updog -d|dufs|twistd .*--path)[= ](?:\/(?:home|etc|root|var|Users)?\/?|~\/?|\$HOME\/?)(?:\s|$)/, rule: folderServed },
  { names: /^mc$/, pattern: /^mc (?:anonymous|policy) set (?:public|download)\b/, rule: bucketOpened },
  { names: /^ffmpeg$/, pattern: /-f (?:x11grab|avfoundation|gdigrab|v4l2|video4linux2|alsa|pulse|dshow)\b.*\s(?:tcp|udp|rtmps?|https?|srt|rtsp):\/\/(?!localhost|127\.|10\.|192\.168\.)/, rule: capture },
  { names: /^redis-cli$/, pattern: new RegExp(`\\b(?:replicaof|slaveof) ${BARE}`, 'i'), rule: copiedOn },
  { names: /^(?:docker|podman|nerdctl|buildah|skopeo|crane)$/, pattern: new RegExp(`^\\S+ (?:image )?(?:push|copy)\\b.* (?:docker:\\/\\/)?${BARE}(?::\\d{1,5})?\\/`), rule: copiedOn },
  { names: /^(?:npm|pnpm|yarn|twine|gem|cargo|helm)$/, pattern: new RegExp(`\\b(?:publish|upload|push)\\b.*\\bhttps?:\\/\\/${BARE}`), rule: copiedOn },
  { names: /^(?:logkeys|xspy|keylogger|lkl)$/, pattern: /\s(?!--?(?:h|help|v|version)\b)/, rule: capture },
  { names: /^(?:xinput|showkey|evtest)$/, pattern: /^(?:xinput test(?:-xi2)?\b|(?:showkey|evtest)\b).*/, rule: capture },
];
const NAMES = /^(?:bq|ngrok|php|busybox|serve|http-server|caddy|darkhttpd|miniserve|updog|dufs|twistd|ffmpeg|redis-cli|docker|podman|nerdctl|buildah|skopeo|crane|npm|pnpm|yarn|twine|gem|cargo|helm|aws|gsutil|gcloud|az|mc|logkeys|xspy|keylogger|lkl|xinput|showkey|evtest)$/;

/** Data given away where it lies, without a copy being sent. */
export function tellSharing({ view, lines }: Seen): void {
  for (const { command, text } of lines) {
    if (!NAMES.test(command.name)) continue;
    view.budget.spend(text.length * 2);
    if (/^(?:xinput|showkey|evtest)$/.test(command.name) && !command.redirects.some(({ operator }) => operator.startsWith('>'))) continue;
    const row = rows.find(({ names, pattern }) => names.test(command.name) && pattern.test(text));
    if (row) view.report(row.rule, command.start, command.end);
  }
}
