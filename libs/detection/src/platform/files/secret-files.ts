import { call, python, read, ruleOf, shell } from '../examples.ts';
import { Literals } from '../../literals.ts';
import type { Rule } from '../../rule.ts';

/** Files that hold what an attacker looks for. `pattern` is tried on a plain path; one of the literals stands in every spelling of it. */
export type SecretFiles = Readonly<{
  rule: Rule;
  pattern: RegExp;
  literals: readonly string[];
  /** Writing it is daily work (`.env`); reading it is not. */
  mayBeWritten?: boolean;
}>;

const LISTS = 'PayloadsAllTheThings, File Inclusion; MITRE ATT&CK T1552.001, T1003.008';

const accountDatabase = ruleOf(
  'files.account-database', 'sensitive_file_access', 'high', 'access to the password hashes or secrets of the system’s accounts (shadow, SAM, NTDS, sudoers, keytabs)',
  read('/etc/shadow'), read('src/components/drop-shadow.css'), 'MITRE ATT&CK T1003',
);
const accountList = ruleOf('files.account-list', 'sensitive_file_access', 'high', 'reading the list of the system’s accounts', read('/etc/passwd'), read('tests/fixtures/passwd.txt'), LISTS);
const sshKey = ruleOf(
  'files.ssh-key', 'sensitive_file_access', 'high', 'access to private SSH keys or to what opens a login by key', read('~/.ssh/id_rsa'), read('assets/id_rsa_diagram.png'), 'MITRE ATT&CK T1552.004',
);
const cloudCredentials = ruleOf(
  'files.cloud-credentials', 'sensitive_file_access', 'high', 'access to a person’s cloud credentials', read('/home/ubuntu/.aws/credentials'), read('docs/aws-credentials.md'), 'MITRE ATT&CK T1552.001',
);
const toolCredentials = ruleOf(
  'files.tool-credentials', 'sensitive_file_access', 'high', 'access to saved logins of tools (Git, Docker, Kubernetes, package registries, databases)', read('~/.git-credentials'), read('.npmrc'), 'MITRE ATT&CK T1552.001',
);
const environmentFile = ruleOf('files.environment-file', 'sensitive_file_access', 'high', 'reading a file of environment secrets', read('.env.production'), read('.env.example'), 'MITRE ATT&CK T1552.001');
const applicationSecrets = ruleOf(
  'files.application-secrets', 'sensitive_file_access', 'high', 'access to a configuration file that holds an application’s or server’s passwords', read('config/secrets.yml'), read('config/secrets.example.yml'), LISTS,
);
const browserProfile = ruleOf(
  'files.browser-profile', 'sensitive_file_access', 'high', 'access to saved passwords, cookies or history of a browser', read('~/.mozilla/firefox/ab12.default/logins.json'),
  read('src/browser/cookies.ts'), 'MITRE ATT&CK T1555.003, T1539',
);
const passwordStore = ruleOf(
  'files.password-store', 'sensitive_file_access', 'high', 'access to a keychain, password store or private key ring', read('~/.gnupg/private-keys-v1.d/'), read('docs/keychain-setup.md'), 'MITRE ATT&CK T1555',
);
const wallet = ruleOf('files.wallet', 'sensitive_file_access', 'high', 'access to a cryptocurrency wallet', python('print(open("/home/a/.bitcoin/wallet.dat", "rb").read())'), read('src/wallet/wallet.data.ts'), 'MITRE ATT&CK T1552.001');
const history = ruleOf('files.history', 'sensitive_file_access', 'high', 'reading the history of a shell or database client', read('/root/.bash_history'), read('docs/history.md'), 'MITRE ATT&CK T1552.003');
const processMemory = ruleOf(
  'files.process-memory', 'sensitive_file_access', 'high', 'reading environment or memory of a running process', read('/proc/self/environ'), shell('cat /proc/cpuinfo'), 'MITRE ATT&CK T1003.007; OWASP CRS 930120',
);
const containerSecrets = ruleOf(
  'files.container-secrets', 'sensitive_file_access', 'high', 'access to secrets or the control socket of a container host or cluster', read('/var/run/secrets/kubernetes.io/serviceaccount/token'),
  read('k8s/secrets/README.md'), 'MITRE ATT&CK T1552.007, T1611',
);
const windowsSetup = ruleOf(
  'files.windows-setup', 'sensitive_file_access', 'high', 'reading files of the Windows system or its set-up that attackers probe for', read('C:\\Windows\\Panther\\Unattend.xml'), read('packages/app/win.initial.ts'), LISTS,
);
const systemInternals = ruleOf(
  'files.system-internals', 'sensitive_file_access', 'high', 'reading login records, group lists, mail, job tables or kernel tables of the system', read('/var/log/auth.log'), read('/etc/os-release'), LISTS,
);
const probedSystemFile = ruleOf(
  'files.probed-system-file', 'sensitive_file_access', 'medium', 'reading server logs or settings that attackers probe for', read('/var/log/apache2/access.log'), read('/etc/nginx/nginx.conf'), LISTS,
);
const keyFile = ruleOf(
  'files.key-file', 'sensitive_file_access', 'medium', 'reading a private key or key store', call('attach_file', { path: '/srv/app/tls/server.key' }), read('tests/fixtures/server.key'), 'MITRE ATT&CK T1552.004',
);

const privateMessages = ruleOf(
  'files.private-messages', 'sensitive_file_access', 'high', 'access to a person’s messages or to the session of a messenger', read('~/Library/Messages/chat.db'), read('src/messages/chat.db.ts'), 'MITRE ATT&CK T1552, T1005',
);

export const secretFiles: readonly SecretFiles[] = [
  {
    rule: accountDatabase,
    pattern:
      /(?:^|\/)etc\/(?:g?shadow|master\.passwd|spwd\.db|sudoers(?:\.d(?:\/[^/]*)?)?|opasswd|security\/(?:opasswd|passwd|environ|user)|pure-?ftpd\.(?:passwd|pdb)|pure-ftpd\/[^/]*|krb5\.keytab|samba\/(?:smbpasswd|secrets\.tdb)|ipsec\.secrets|ppp\/(?:chap|pap)-secrets|wireguard\/[^/]+|ssl\/private(?:\/[^/]*)?|letsencrypt\/(?:live|archive)\/[^/]+\/privkey[^/]*|pki\/tls\/private\/[^/]+|(?:nginx|apache2|httpd|haproxy|postfix|dovecot)\/(?:ssl|tls|certs?)\/[^/]+\.key|networkmanager\/system-connections(?:\/.*)?|wpa_supplicant(?:\/[^/]*)?|ssh\/ssh_host_[a-z0-9]+_key|shadow[-~.][a-z0-9]*)[-~]?(?:\.bak)?$|(?:^|\/)(?:windows|winnt|system32)\/(?:system32\/)?(?:config\/(?:regback\/)?(?:sam|system|security|software)|repair\/(?:sam|system|security|software)(?:\._)?|ntds\/[^/]*)(?:\.(?:sav|log|bak|old))?$|(?:^|\/)ntds\.dit$|^[a-z]:\/(?:[^/]+\/){0,3}(?:sam|ntds)(?:\.(?:save?|hive?|bak|dit))?$|(?:^|\/)var\/lib\/networkmanager\/secret_key$|(?:^|\/)var\/db\/(?:shadow|dslocal)\/|(?:^|\/)var\/lib\/(?:sss\/(?:secrets|db)|samba\/private)\/|^\/?var\/backups\/g?shadow(?:\.bak)?$|^\/?var\/lib\/mysql\/mysql\/(?:user|global_priv)\.|(?:^|\/)(?:postgresql|pgsql|pgdata|data)\/(?:[^/]+\/){0,2}global\/1260$|(?:^|\/)var\/lib\/(?:grafana\/grafana\.db|(?:gitea|gogs)\/.*\.db|vault\/.+|consul\/.+)$|(?:^|\/)etc\/(?:pve\/priv(?:\/.*)?|ldap\.secret|pam_ldap\.secret|nslcd\.conf|swanctl\/.*|racoon\/psk\.txt|postfix\/sasl_passwd|dovecot\/(?:users|passwd)[^/]*|mosquitto\/passw[^/]*)$|(?:^|\/)(?:\.erlang\.cookie|anaconda-ks\.cfg|(?:gitea|gogs)\.db)$|(?:^|\/)krb5cc_[\w*]+$|(?:^|\/)etc\/sssd\/sssd\.conf$/,
    literals: ['shadow', 'master.passwd', 'spwd.db', 'sudoers', 'opasswd', 'etc/security/', 'ftpd', '.keytab', 'smbpasswd', 'secrets.tdb', 'ipsec.secrets', '-secrets', 'wireguard', 'ssl/private', 'letsencrypt', 'tls/private', 'nginx/', 'apache2/', 'httpd/', 'haproxy/', 'postfix/', 'dovecot/', 'system-connections', 'wpa_supplicant', 'ssh_host_', 'system32', 'winnt', 'repair', 'ntds', 'dslocal', 'lib/sss/', 'samba/private', 'mysql/mysql/', 'krb5cc_', 'sssd.conf', 'global/1260', '/sam', '\\sam', 'networkmanager/secret', 'lib/grafana', 'lib/vault', 'lib/consul', 'etc/pve', 'ldap.secret', 'nslcd.conf', 'swanctl', 'racoon/', 'mosquitto/', 'anaconda-ks', 'gitea', 'gogs', '.erlang.cookie'],
  },
  { rule: accountList, pattern: /(?:^|\/)etc\/passwd[-~]?(?:\.(?:bak|old))?$/, literals: ['passwd'] },
  {
    rule: sshKey,
    pattern: /(?:^|\/)\.ssh(?:\/(?:\*|\.|identity|authorized_keys2?|id_[a-z0-9_*?]+|[^/]*(?:_rsa|_dsa|_ecdsa|_ed25519|\.pem|\.key|_key|google_compute_engine))?)?$|^\/?(?:~|root)\/\.ssh\/(?:known_hosts|config)$|(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/,
    literals: ['.ssh', 'id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519'],
    mayBeWritten: true,
  },
  {
    rule: cloudCredentials,
    pattern:
      /(?:^|\/)(?:\.aws(?:\/(?:credentials|config|\*|sso(?:\/.*)?|cli(?:\/.*)?))?|(?:\.config|appdata(?:\/roaming)?)\/gcloud(?:\/.*)?|application_default_credentials\.json|\.azure(?:\/.*)?|\.oci(?:\/.*)?|\.s3cfg|\.boto|\.passwd-s3fs|\.linode-cli|var\/lib\/(?:cloud\/instances?\/.*user-data[^/]*|tailscale\/tailscaled\.state|waagent\/.*)|\.cloudflared\/(?:cert\.pem|[^/]+\.json)|etc\/cloudflared\/[^/]+\.json|\.config\/(?:doctl|hcloud|rclone|scw|linode-cli|exoscale|openstack)(?:\/.*)?|rclone\.conf|\.aliyun(?:\/.*)?|\.bluemix(?:\/.*)?|\.terraform\.d\/credentials\.tfrc\.json|\.terraformrc|\.pulumi\/credentials\.json|[^/]*\.tfstate(?:\.backup)?|(?!.*(?:example|sample|template))[^/]*\.tfvars(?:\.json)?|\.(?:config\/)?(?:heroku|netlify|railway|supabase|turso|neonctl|planetscale|\.?wrangler|stripe|civo|vultr-cli)\/(?:config(?:\/[\w.]+)?(?:\.json|\.toml)?|credentials(?:\.json)?|access-token|auth\.json|user\.json))$/,
    literals: ['.aws', 'gcloud', '_default_credentials', '.azure', '.oci', '.s3cfg', '.boto', '-s3fs', 'doctl', 'hcloud', 'rclone', '.config/scw', 'linode-cli', 'lib/cloud/', 'tailscaled', 'waagent', 'cloudflared', 'exoscale', 'openstack', '.aliyun', '.bluemix', 'tfrc.json', '.terraformrc', '.pulumi', '.tfstate', '.tfvars', 'heroku/', 'netlify/', 'railway/', 'supabase/', 'turso/', 'neonctl/', 'planetscale/', 'wrangler/', 'stripe/', 'civo/'],
    mayBeWritten: true,
  },
  {
    rule: toolCredentials,
    pattern:
      /(?:^|\/)(?:[._]netrc|\.pypirc|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.git-credentials|\.config\/(?:git\/credentials|gh\/hosts\.yml|hub|glab-cli(?:\/.*)?|op(?:\/.*)?|github-copilot(?:\/.*)?|ngrok\/.*|configstore\/.*)|\.docker\/config\.json|\.dockercfg|\.kube(?:\/(?:config[^/]*|\*|cache.*))?|\.vnc\/passwd|\.vault-token|\.gem\/credentials|\.cargo\/credentials(?:\.toml)?|\.composer\/auth\.json|\.m2\/settings(?:-security)?\.xml|\.subversion\/auth(?:\/.*)?|\.snowsql\/config|\.snowflake\/(?:connections|config)\.toml|\.config\/(?:helm\/(?:registry\/config\.json|repositories\.yaml)|argocd\/config|containers\/auth\.json|openai\/.*|anthropic\/.*|sops\/age\/keys\.txt|gcloud-credentials.*|linear\/.*|atuin\/.*key)|\.anthropic\/.*|\.openai\/.*|\.claude\.json|\.cursor\/mcp\.json|\.gemini\/oauth_creds\.json|\.local\/share\/(?:opencode\/auth\.json|jupyter\/runtime\/.*\.json)|\.jupyter\/jupyter_(?:server|notebook)_config\.(?:json|py)|\.streamlit\/secrets\.toml|\.ansible\/.*(?:vault|pass)[^/]*|\.step\/secrets\/.*|\.expo\/state\.json|actions-runner\/\.credentials\w*|\.mcp-auth\/.*|\.redis\/.*pass.*|\.dbt\/profiles\.yml|\.databrickscfg|\.kaggle\/kaggle\.json|\.(?:cache\/)?huggingface\/(?:stored_)?tokens?|\.claude\/\.credentials\.json|\.codex\/auth\.json|\.ngrok2\/.*|\.fly\/config\.yml|\.?vercel\/auth\.json|\.cache\/gcloud\/.*|\.tsh\/keys\/.*|launcher_accounts\.json|steam\/config\/(?:config|loginusers)\.vdf|\.config\/(?:pypoetry\/auth\.toml|code-server\/config\.yaml|msmtp\/config|obs-studio\/.*service\.json)|\.(?:msmtprc|fetchmailrc|mbsyncrc|offlineimaprc|getmailrc|esmtprc|authinfo(?:\.gpg)?|smbcredentials|cifs-?cred\w*)|(?:claude_desktop_config|mcp_config)\.json|globalstorage\/state\.vscdb|credentials-config\.json|confcons\.xml|rdcman\.settings|[^/]*\.rdg|ultravnc\.ini|\.android\/adbkey|\.minikube\/.*\.key|filezilla\/(?:recentservers|sitemanager|filezilla)\.xml|winscp\.ini|\.rediscli_auth|\.mongorc\.js|\.purple\/accounts\.xml|\.irssi\/config|remmina\/.*|\.rdesktop\/.*)$|^~\/\.(?:npmrc|yarnrc(?:\.yml)?|curlrc|wgetrc|gradle\/gradle\.properties|bundle\/config|nuget\/(?:nuget\/)?nuget\.config|ldaprc|condarc)$/,
    literals: ['netrc', '.pypirc', '.pgpass', '.my.cnf', '.mylogin.cnf', 'git-credentials', '.config/', '.docker/config', '.dockercfg', '.kube', '.vnc/passwd', '.vault-token', '.gem/', '.cargo/cred', '.composer/auth', '.m2/settings', '.subversion', '.snowsql', '.snowflake', '.anthropic', '.openai', '.claude.json', '.cursor/mcp', 'oauth_creds', 'opencode/auth', 'jupyter', '.streamlit', '.ansible/', '.step/', '.expo/', 'actions-runner', '.mcp-auth', '.dbt/', '.databrickscfg', 'kaggle.json', 'huggingface/', '.credentials.json', '.codex/auth', '.ngrok2', '.fly/config', 'vercel/auth', '.cache/gcloud', '.tsh/', 'launcher_accounts', 'steam/config', '.msmtprc', '.fetchmailrc', '.mbsyncrc', '.offlineimaprc', '.getmailrc', '.esmtprc', '.authinfo', '.smbcred', '.cifs', 'claude_desktop', 'mcp_config', 'state.vscdb', 'credentials-config', 'confcons', 'rdcman', '.rdg', 'ultravnc', '.android/adbkey', '.minikube', 'filezilla', 'winscp.ini', '.rediscli_auth', '.mongorc', '.purple/', '.irssi', 'remmina', '.rdesktop', '.npmrc', '.yarnrc', '.curlrc', '.wgetrc', 'gradle.properties', '.bundle/config', 'nuget.config', '.ldaprc', '.condarc'],
    mayBeWritten: true,
  },
  {
    rule: environmentFile,
    pattern: /(?:^|\/)(?:prod(?:uction)?|staging|live|secrets?)[^/.]{0,20}\.env$|(?:^|\/)\.env(?:rc|\.\*|\.(?!(?:[a-z0-9_-]+\.)?(?:example|sample|template|tmpl|tpl|dist|defaults?|schema|test|testing|ci|md|ts|js)\b)[a-z0-9_.-]+)?$/,
    literals: ['.env'],
    mayBeWritten: true,
  },
  {
    rule: applicationSecrets,
    pattern:
      /(?:^|\/)(?:config\/(?:(?:credentials|secrets?)(?:\/[a-z]+)?\.(?:ya?ml|json|toml|env|ini|yml\.enc)|master\.key)|secrets\.(?:ya?ml|json|toml|env)|wp-config\.php(?:\.bak|\.old|~)?|config\.inc(?:\.php)?|mysql\/debian\.cnf|pg_hba\.conf|tomcat-users\.xml|[^/]{1,40}\.secret|realm\.properties|jenkins[^/]*\/users\/[^/]+\/config\.xml|(?:group|host)_vars\/.{0,60}vault[^/]*|\.htpasswd|jenkins[^/]*\/(?:secrets\/.*|credentials\.xml)|(?:service[-_]?account|client_secret|firebase-adminsdk)[^/]{0,60}\.json|applicationhost\.config|\.vault[-_]pass(?:word)?(?:\.txt)?|initialadminpassword|keycloak\.conf|credentials[^/]{0,20}\.(?:cnf|conf|ini|properties|env)|passwords?\.(?:txt|csv|xlsx?|docx?|kdbx?)|credentials\.(?:json|txt|csv|db|ya?ml|xml))$|^(?:\/|[a-z]:\/|~).{0,200}\/?my\.(?:cnf|ini)$|^\/?(?:etc|usr\/local\/etc)\/(?:my\.cnf|raddb\/.*|openldap\/.*|exim4?\/passwd.*|mail\/sasl.*|gitlab\/(?:gitlab-secrets\.json|gitlab\.rb)|gitlab-runner\/config\.toml|openvpn\/.*\.(?:key|ovpn|p12)|grafana\/grafana\.ini|redis(?:\/redis)?\.conf|vsftpd?\.conf|proftpd\/.*|chef\/(?:encrypted_data_bag_secret|client\.pem|validation\.pem)|freeradius\/.*)$|^\/(?:var\/www|srv|opt|usr\/share|inetpub)\/.{0,160}\/(?:config\/database\.ya?ml|application-prod(?:uction)?\.(?:ya?ml|properties)|appsettings\.production\.json|sites\/default\/settings\.php|app\/etc\/(?:env\.php|local\.xml)|parameters\.ya?ml|configuration\.php|config\/config\.php|config\.php|local_settings\.py)$/,
    literals: ['config/', 'config\\', 'secrets.', 'wp-config', 'config.inc', 'debian.cnf', 'pg_hba', 'tomcat-users', '.secret', 'realm.properties', '.htpasswd', 'jenkins', 'service_account', 'service-account', 'serviceaccount', 'client_secret', 'adminsdk', 'applicationhost', 'vault_pass', 'vault-pass', 'password', 'keycloak.conf', 'credentials', 'my.cnf', 'my.ini', 'raddb', 'openldap', 'exim', 'etc/mail/sasl', 'gitlab-secrets', 'gitlab.rb', 'gitlab-runner', 'openvpn', 'grafana.ini', 'redis.conf', 'vsftp', 'proftpd', '_vars/', 'data_bag_secret', 'chef/', 'freeradius', 'application-prod', 'appsettings.prod', 'default/settings.php', 'etc/env.php', 'etc/local.xml', 'parameters.y', 'configuration.php', 'config.php', 'local_settings.py'],
    mayBeWritten: true,
  },
  {
    rule: browserProfile,
    pattern:
      /(?:^|\/)(?:google[ /-]chrome|google\/chrome|(?:\.config|application support|appdata\/(?:local|roaming))\/(?:chromium|vivaldi|opera|arc)|microsoft\/edge|bravesoftware|opera software)\/.{0,120}(?:login data|cookies|web data|local state|history|user data|local storage|default|extensions)(?:[ /].*)?$|(?:^|\/)(?:\.mozilla|mozilla\/firefox|\.thunderbird|thunderbird\/profiles|firefox\/profiles)(?:\/.*)?$|(?:^|\/)(?:key[34]\.db|logins\.json|cookies\.sqlite|signons\.sqlite|places\.sqlite)$|library\/(?:cookies|safari)(?:\/.*)?$|(?:^|\/)login data(?: for account)?$|(?:^|\/)\.config\/(?:google-chrome|chromium|bravesoftware|microsoft-edge)(?:\/.*)?$/,
    literals: ['chrome', 'chromium', 'microsoft/edge', 'microsoft\\edge', 'microsoft\\\\edge', 'microsoft-edge', 'bravesoftware', 'opera ', 'vivaldi', '.mozilla', 'firefox', 'thunderbird', 'key4.db', 'key3.db', 'logins.json', 'cookies.sqlite', 'signons.sqlite', 'places.sqlite', 'library/cookies', 'library/safari', 'login data'],
  },
  {
    rule: passwordStore,
    pattern:
      /(?:^|\/)(?:\.password-store(?:\/.*)?|(?:\.|appdata\/roaming\/)gnupg(?:\/(?!gpg\.conf|gpg-agent\.conf|dirmngr\.conf).*)?|library\/keychains(?:\/.*)?|[^/]*\.keychain(?:-db)?|[^/]*\.kdbx?|\.local\/share\/(?:keyrings|kwalletd)(?:\/.*)?|\.gnome2\/keyrings(?:\/.*)?|\.kde4?\/share\/apps\/kwallet(?:\/.*)?|1password(?:\/.*)?|bitwarden(?: cli)?\/.*|microsoft\/(?:credentials|protect|vault|crypto)(?:\/.*)?|secring\.gpg|trustdb\.gpg|pubring\.kbx|com\.apple\.tcc\/tcc\.db)$/,
    literals: ['.password-store', '.gnupg', 'roaming/gnupg', 'roaming\\gnupg', 'keychain', '.kdb', 'keyrings', 'kwallet', '1password', 'bitwarden', 'microsoft/cred', 'microsoft\\cred', 'microsoft\\\\cred', 'microsoft\\protect', 'microsoft\\\\protect', 'microsoft/protect', 'microsoft\\vault', 'microsoft/vault', 'microsoft\\crypto', 'microsoft/crypto', 'secring', 'trustdb.gpg', 'pubring', 'tcc.db'],
  },
  {
    rule: wallet,
    pattern:
      /(?:^|\/)(?:wallet\.dat|(?:\.|library\/application support\/|appdata\/(?:roaming|local)\/)(?:bitcoin|litecoin|dogecoin|dashcore|zcash|monero|electrum(?:-ltc)?|exodus|atomic|ledger live|armory|ethereum|coinomi|guarda|jaxx)(?:\/.*)?|\.config\/(?:solana|exodus|atomic|ledger live|sui|aptos)(?:\/.*)?|\.foundry\/keystores(?:\/.*)?|solana\/id\.json|(?:ethereum|geth|parity)\/.{0,60}keystore(?:\/.*)?|keystore\/utc--.*|.*nkbihfbeogaeaoehlefnkodbefgpgknn.*|\.?electrum\/wallets(?:\/.*)?|bitmonero(?:\/.*)?)$/,
    literals: ['wallet', 'bitcoin', 'litecoin', 'dogecoin', 'dashcore', 'zcash', 'monero', 'electrum', 'exodus', 'ledger live', '.armory', 'ethereum', 'coinomi', 'solana', 'geth/', 'keystore', 'nkbihfbeo', 'jaxx'],
  },
  {
    rule: privateMessages,
    pattern: /(?:^|\/)(?:var\/(?:vmail|mail\/vhosts)\/.+|\.local\/share\/evolution\/mail(?:\/.*)?|maildir\/(?:cur|new|\.).*|[^/]+\.(?:pst|ost|nsf)|data\/data\/[^/]+\/(?:databases|shared_prefs|files)(?:\/.*)?|data\/system\/(?:users\/\d{1,3}\/)?(?:accounts\.db|locksettings\.db|gatekeeper[^/]*|password\.key)|data\/misc\/wifi\/.*|mobilesync\/backup(?:\/.*)?|(?:sms|mmssms|msgstore|contacts2|calllog|chatstorage)\.(?:db|sqlite)(?:\.crypt\d{1,2})?|callhistory\.storedata|notestore\.sqlite|addressbook[^/]*\.sqlitedb|library\/messages(?:\/.*)?|library\/mail\/v\d+\/.*|telegram ?desktop\/tdata(?:\/.*)?|(?:\.config|application support|appdata\/roaming|snap\/[^/]+\/current\/\.config)\/(?:signal(?:-desktop)?|discord|slack|whatsapp|element|microsoft teams|teams)\/(?:config\.json|sql\/.*|cookies|(?:local storage|indexeddb|storage)(?:\/.*)?|databases(?:\/.*)?))$/,
    literals: ['var/vmail', 'mail/vhosts', 'maildir', 'evolution/mail', '.pst', '.ost', '.nsf', 'data/data/', 'data/system/', 'misc/wifi', 'mobilesync', 'sms.db', 'msgstore', 'contacts2', 'calllog', 'chatstorage', 'callhistory', 'notestore', 'addressbook', 'library/messages', 'library/mail', 'tdata', 'signal', 'discord', '/slack/', '\\slack\\', 'whatsapp', 'teams/'],
  },
  {
    rule: history,
    pattern:
      /(?:^|\/)(?:\.(?:bash|zsh|sh|ash|ksh|csh|tcsh|fish|python|node_repl|mysql|psql|sqlite|irb|rediscli|mongo|dbshell|php|pry|lesshs|influx)_?(?:history|hist)|\.histfile|\.history|fish_history|consolehost_history\.txt|\.mongo\/.*history|\.lesshst|\.viminfo|\.zsh_sessions(?:\/.*)?|\.bash_sessions(?:\/.*)?)$/,
    literals: ['_history', '.history', '.histfile', '.lesshst', '.viminfo', '_sessions'],
  },
  {
    rule: processMemory,
    pattern: /(?:^|\/)proc\/(?:(?:self|thread-self|\d{1,7}|\*|\$[a-z_{][^/]{0,30}|\[0-9\]\*)\/(?:environ|mem|maps?|smaps|fd(?:\/.*)?|root(?:\/.*)?|auxv|stack|cmdline|task\/.*|attr\/.*)|kcore|kallsyms|kmsg|\*\/environ)$|^\/dev\/(?:k?mem|port|kmsg)$/,
    literals: ['proc/', 'proc\\', 'dev/mem', 'dev/kmem', 'dev/port', 'dev/kmsg'],
  },
  {
    rule: containerSecrets,
    pattern:
      /(?:^|\/)(?:docker|containerd|crio|podman|dockershim)\.sock$|^\/?(?:var\/)?run\/secrets(?:\/.*)?$|kubernetes\.io\/serviceaccount(?:\/.*)?$|^\/?var\/lib\/(?:docker|kubelet|containerd|containers|etcd|rancher|lxd|lxc)(?:\/.*)?$|^\/?etc\/(?:kubernetes|rancher)\/.*(?:\.conf|\.yaml|pki.*|\.key)$|(?:^|\/)k3s\.yaml$/,
    literals: ['.sock', 'run/secrets', 'kubernetes.io', 'lib/docker', 'lib/kubelet', 'lib/containerd', 'lib/containers', 'lib/etcd', 'lib/rancher', 'lib/lxd', 'lib/lxc', 'etc/kubernetes', 'etc/rancher', 'k3s.yaml'],
  },
  {
    rule: windowsSetup,
    pattern:
      /(?:^|[^a-z0-9_.-]|%u?[0-9a-f]{2,4})boot\.ini$|(?:^|\/)(?:windows|winnt)\/(?:win|system)\.ini$|(?:^|[^a-z0-9_.-]|%u?[0-9a-f]{2,4})win\.ini$|(?:^|\/)(?:sysprep)?sysprep\.(?:inf|xml)$|(?:^|\/)(?:auto)?unattend(?:ed)?\.(?:xml|txt)$|windows\/panther(?:\/.*)?$|wlansvc\/profiles\/.*\.xml$|(?:^|\/)(?:netsetup\.log|default\.sav|scheduledtasks\.xml|groups\.xml|services\.xml)$|windows\/(?:system32\/(?:drivers\/etc\/(?:hosts|networks|lmhosts)|inetsrv\/.*|logfiles\/.*|winevt\/logs\/.*|license\.rtf|eula\.txt)|debug\/.*|iis\d?\.log|windowsupdate\.log|repair\/.*)$|^(?:[a-z]:)?\/?(?:inetpub\/(?:logs|wwwroot\/web\.config)|xampp\/|apache(?:2|24|\d[\d.]*)?\/|php[0-9]?\/|pagefile\.sys|hiberfil\.sys|autoexec\.bat|config\.sys|ntldr|program ?files(?: \(x86\))?\/(?:apache|mysql|xampp|php|filezilla)[^/]*\/).*$/,
    literals: ['boot.ini', 'win.ini', 'system.ini', 'sysprep', 'unattend', 'panther', 'wlansvc', 'netsetup.log', 'default.sav', 'scheduledtasks.xml', 'groups.xml', 'system32', 'windows/debug', 'windows\\debug', 'windowsupdate.log', 'repair', 'inetpub', 'xampp', 'apache', 'pagefile.sys', 'hiberfil.sys', 'autoexec.bat', 'config.sys', 'ntldr', 'program files', 'programfiles', '/php', '\\php'],
  },
  {
    rule: systemInternals,
    pattern:
      /^\/?(?:var\/(?:log\/(?:auth\.log|secure|lastlog|wtmp|btmp|faillog|audit\/.*)(?:\.\d+)?|run\/utmp|spool\/(?:cron|mail|at)(?:\/.*)?|mail\/.+|lib\/(?:mysql|mongodb|redis)\/.+|backups\/(?:passwd|shadow|group|gshadow)\.bak)|etc\/(?:group|gshadow-|crontab|exports|inetd\.conf|ftpaccess|snmp\/snmpd\.conf|pam\.conf|samba\/smb\.conf|security\/(?:group|limits|access\.conf)|at\.(?:allow|deny)|cron\.(?:allow|deny)|hosts\.equiv|shosts\.equiv|issue\.net)|proc\/(?:version|mounts|net\/(?:tcp6?|udp6?|arp|route|fib_trie|unix)|sched_debug|self\/(?:status|stat|mounts?|exe|cwd.*|limits|cgroup|loginuid)|interrupts|modules|ioports|swaps|devices|partitions|cmdline|config\.gz))$|(?:^|\/)\.(?:rhosts|shosts)$|(?:^|\/)ntuser\.dat$/,
    literals: ['var/log', 'run/utmp', 'var/spool', 'var/mail', 'var/lib', 'var/backup', 'etc/group', 'gshadow', 'etc/crontab', 'etc/exports', 'inetd.conf', 'ftpaccess', 'snmpd.conf', 'pam.conf', 'smb.conf', 'etc/security', 'etc/at.', 'etc/cron.', '.equiv', 'issue.net', 'proc/', '.rhosts', '.shosts', 'ntuser.dat'],
    mayBeWritten: true,
  },
  {
    rule: probedSystemFile,
    pattern:
      /^\/?(?:var\/(?:log\/(?:auth\.log|secure|lastlog|wtmp|btmp|faillog|messages|syslog|maillog|vsftpd\.log|xferlog|audit\/.*|(?:apache2?|httpd|nginx|lighttpd)\/.*)|run\/utmp|spool\/(?:cron|mail).*|mail\/.*|lib\/(?:mysql|postgresql|mongodb|redis)(?:\/.*)?|backups?(?:\/.*)?)|etc\/(?:group|gshadow-|ssh\/sshd_config|(?:apache2?|httpd)\/.*|exports|inetd\.conf|ftpaccess|snmp\/.*|ldap\/.*|pam\.d(?:\/.*)?|security\/.*|cron(?:tab|\.[a-z]+(?:\/.*)?))|proc\/(?:version|mounts|net\/(?:tcp|udp|arp|route|fib_trie)|sched_debug|self\/(?:status|stat|mounts?)|interrupts|modules|ioports|swaps|devices)|(?:usr\/local|opt)\/(?:apache2?|httpd|lampp|php[0-9]?)\/.*|root|usr\/local\/etc\/.*)$/,
    literals: ['var/log', 'var/run/utmp', 'var/spool', 'var/mail', 'var/lib', 'var/backup', 'etc/group', 'sshd_config', 'etc/apache', 'etc/httpd', 'etc/exports', 'inetd.conf', 'ftpaccess', 'etc/snmp', 'etc/ldap', 'pam.d', 'etc/security', 'etc/cron', 'proc/', 'local/apache', 'opt/lampp', 'local/php', 'local/httpd', '/root', 'local/etc'],
    mayBeWritten: true,
  },
  {
    rule: keyFile,
    pattern: /^(?!.*(?:test|fixture|example|sample|spec|mock|public|docs?\/)).*(?:\.(?:ppk|p12|pfx|jks|keystore)|(?:^|\/)(?:private|server|client|tls|ca|privkey|host|signing|deploy|jwt)[^/]{0,20}\.(?:key|pem))$/,
    literals: ['.ppk', '.p12', '.pfx', '.jks', '.keystore', '.key', '.pem'],
    mayBeWritten: true,
  },
];

export const secretFileLiterals: readonly string[] = [...new Set(secretFiles.flatMap(({ literals }) => literals))];

/** Literal -> bits of the entries that need it. */
const entriesOfLiteral = secretFileLiterals.map((literal) => secretFiles.reduce((bits, { literals }, index) => (literals.includes(literal) ? bits | (1 << index) : bits), 0));
const literalsInPath = new Literals(secretFileLiterals);

/** The first entry that knows a plain path; only those of whose literals it holds one are tried. */
export function secretFileAt(path: string): SecretFiles | undefined {
  let entries = 0;
  literalsInPath.search(path, (literal) => {
    entries |= entriesOfLiteral[literal] ?? 0;
  });
  if (entries === 0) return undefined;
  const known = secretFiles.find(({ pattern }, index) => (entries & (1 << index)) !== 0 && pattern.test(path));
  const copied = known ? null : COPY.exec(path);
  return copied ? secretFiles.find(({ pattern }, index) => (entries & (1 << index)) !== 0 && pattern.test(path.slice(0, copied.index))) : known;
}

/** What a copy of a file has at its end: `id_rsa.bak`, `credentials~`. */
const COPY = /(?:\.(?:bak|old|orig|save|copy|backup|swp|\d{1,2})|~)$/;
