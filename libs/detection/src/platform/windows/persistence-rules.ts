import { cmd, powershell, ruleOf } from '../examples.ts';
import { pattern } from './pattern.ts';
import type { WindowsRule } from './rule.ts';

const T = 'MITRE ATT&CK ';
/** What changes the registry. */
const SETS = String.raw`(?:@(reg)\s+(?:add|import|copy)|set-itemproperty|new-itemproperty|new-item\b|set-item\b|(?:^|[\s|({;])(?:sp|ni|si)\s|(?:\.|::)setvalue|stdregprov|regini|create-?subkey)`;

export const windowsPersistenceRules: readonly WindowsRule[] = [
  {
    rule: ruleOf('windows.run-key', 'persistence', 'high', 'a program put under a registry key that Windows runs at logon', cmd('reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v upd /d C:\\Users\\Public\\u.exe'), cmd('reg query HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run'), `${T}T1547.001`),
    literals: ['currentversion\\run', 'explorer\\run', 'currentversion/run'],
    pattern: pattern(String.raw`${SETS}…(?:currentversion|policies\\explorer)[\\/](?:explorer\\)?run(?:once|onceex|services|servicesonce)?(?:\\|\s|$|,|\))`),
  },
  {
    rule: ruleOf(
      'windows.autostart-registry', 'persistence', 'high', 'a registry value that makes Windows or an application load a foreign program or library', powershell('Set-ItemProperty "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon" -Name Userinit -Value "userinit.exe, C:\\x.exe"'),
      cmd('reg add HKCU\\Software\\Acme\\App /v Theme /d dark'), `${T}T1546, T1547`,
    ),
    literals: ['winlogon', 'image file execution', 'silentprocessexit', 'appinit_dlls', 'appcertdlls', 'active setup', 'authentication packages', 'security packages', 'notification packages', 'timeproviders', 'servicedll', 'imagepath', 'command processor', 'cor_profiler', 'cor_enable_profiling', 'coreclr_', 'userinitmprlogonscript', 'inprocserver32', 'localserver32', 'scriptleturl', 'treatas', 'shell\\open\\command', 'microsoft\\netsh', 'print\\monitors', 'bootexecute', 'clxdllpath', 'startup-path', 'office\\', 'scrnsave', 'shell folders', 'browser helper', 'addins', 'office test', 'reg import', 'reg.exe import', 'networkprovider', 'subsystems', 'knowndlls', 'session manager', 'port monitor', 'amsi\\providers', 'sam\\domains', 'htmlhelp author', 'telemetrycontroller', 'ctf\\', 'add helper', 'assoc ', 'ftype ', 'coreclr', 'sdbinst', '.sdb', 'scripts\\logo', 'scripts\\startup', 'scripts\\shutdown', 'alternateshell', 'initialprogram', 'startupprograms', 'shellexecutehooks', 'serviceobjectdelayload', 'sharedtaskscheduler', 'shelliconoverlay', 'contextmenuhandlers', 'urlsearchhooks', 'credential providers', 'drivers32', 'servicecontrolmanagerextension', 'lsaextensionconfig', 'winsock2\\param', 'appcompatflags\\custom', 'appcompatflags\\installed', 'windows nt\\currentversion\\windows', 'policies\\system', 'file execution', 'nt\\currentversion\\font drivers', 'userinit', 'ddeexec', 'propertysheethandlers', 'columnhandlers', 'protocols\\filter', 'protocols\\handler'],
    pattern: pattern(
      String.raw`${SETS}…(?:winlogon\\?(?:\s|\\notify|…(?:userinit|shell|taskman|gpextensions|vmapplet|system\b))|image file execution options…(?:debugger|globalflag|verifierdlls)|silentprocessexit|appinit_dlls|appcertdlls|active setup\\installed components…stubpath|(?:authentication|security|notification) packages|timeproviders|services\\…(?:servicedll|imagepath|failurecommand)|command processor…autorun|cor_(?:profiler|enable_profiling)|coreclr_(?:profiler|enable_profiling)|userinitmprlogonscript|inprocserver32|localserver32|scriptleturl|treatas\b|clsid\\…shell\\(?:open|runas)\\command|(?:txtfile|exefile|htmlfile|batfile)\\shell\\open\\command|microsoft\\netsh\b|print\\(?:monitors|environments)|bootexecute|clxdllpath|startup-path|office(?: test)?\\(?:…(?:addins|special\\perf|startup|trusted locations|vbawarnings|webview|accessvbom))|scrnsave\.exe|(?:user )?shell folders…startup|browser helper objects|networkprovider\\order|htmlhelp author|telemetrycontroller|(?:group policy|policies\\…system)\\scripts\\(?:logon|logoff|startup|shutdown)|safeboot…alternateshell|(?:rdp-tcp|terminal services)…initialprogram|wds\\rdpwd…startupprograms|shellexecutehooks|shellserviceobjectdelayload|sharedtaskscheduler|shelliconoverlayidentifiers|contextmenuhandlers|propertysheethandlers|columnhandlers|urlsearchhooks|credential providers\\|currentversion\\drivers32|font drivers|servicecontrolmanagerextension|lsaextensionconfig|winsock2\\parameters|appcompatflags\\(?:custom|installedsdb)|windows nt\\currentversion\\windows\\?\W…\b(?:load|run)\b|policies\\system\W…\bshell\b|protocols\\(?:filter|handler)\\)|@(setx)\s…(?:cor_profiler|coreclr_profiler|cor_enable_profiling|coreclr_enable_profiling)|@(sdbinst)\s(?!…-u\b)…\.sdb\b|@(reg)\s+import\s…(?:users\\public|\\temp\\|appdata|programdata|downloads|\\\\)|@(netsh)\s+add\s+helper|@(assoc|ftype)\s+\.?\w+=`,
    ),
  },
  {
    rule: ruleOf(
      'windows.scheduled-task', 'persistence', 'high', 'a scheduled task that starts a script host, runs as the system, or runs from a folder anybody may write', cmd('schtasks /create /tn upd /tr "powershell -w hidden -f C:\\Users\\Public\\a.ps1" /sc onlogon'),
      cmd('schtasks /create /tn Report /tr C:\\Reports\\weekly.bat /sc weekly'), `${T}T1053.005`,
    ),
    literals: ['schtasks', 'scheduledtask', 'at ', 'at.exe', 'ps_scheduledtask', 'schedule.service', 'scheduledjob'],
    pattern: pattern(
      String.raw`@(schtasks)\s…[/-]create\b(?:…(?:powershell|pwsh|cmd\s|cmd\.exe|/c\s|mshta|rundll32|regsvr32|wscript|cscript|certutil|\\temp\\|users\\public|appdata|programdata|http|\[char\]|onlogon|onstart|onidle|onevent|minute|/ru\s+\W?(?:system|nt authority)|/rl\s+highest|\.(?:vbs|js|ps1|hta|dll)\b|calc|notepad)|.{0,400}?/xml\b)|@(schtasks)\s…[/-]change\b…\\microsoft\\windows\\…[/-]tr\s|register-scheduled(?:task|job)|new-scheduledtask(?:action|principal)?\b…(?:powershell|cmd|temp|public|appdata|system|calc|notepad|execute)|set-scheduledtask\b|ps_scheduledtask…registerbyxml|@(at)\s+(?:\\\\\S+\s+)?\d{1,2}:\d\d|schedule\.service`,
    ),
  },
  {
    rule: ruleOf('windows.transfer-job', 'persistence', 'high', 'a background transfer job that starts a program when it is done', cmd('bitsadmin /SetNotifyCmdLine upd C:\\x\\a.exe NULL'), cmd('bitsadmin /list /allusers'), `${T}T1197`),
    literals: ['setnotifycmdline', '-notifycmdline'],
    pattern: pattern(String.raw`@(bitsadmin)\s…/setnotifycmdline\s+\S+\s+\S|set-bitstransfer…-notifycmdline`),
  },
  {
    rule: ruleOf('windows.scheduled-task-made', 'persistence', 'medium', 'a new scheduled task', cmd('schtasks /create /tn Report /tr C:\\Reports\\weekly.bat /sc weekly'), cmd('schtasks /query /tn Report'), `${T}T1053.005`),
    literals: ['schtasks'],
    pattern: pattern(String.raw`@(schtasks)\s…[/-](?:create|change)\b`),
  },
  {
    rule: ruleOf('windows.service', 'persistence', 'high', 'a Windows service made, or one made to run another program', cmd('sc create upd binpath= "C:\\Users\\Public\\u.exe" start= auto'), cmd('sc query spooler'), `${T}T1543.003`),
    literals: ['binpath', 'new-service', 'set-service', 'sdset', 'sc failure', 'win32_service', 'failurecommand', 'psexec', 'pnputil', 'nssm'],
    pattern: pattern(
      String.raw`@(sc)\s…(?:create|config)\b…binpath|new-service\b|@(sc)\s…(?:sdset|failure…command=)|win32_service…(?:create|change)|set-service…-(?:binarypathname|securitydescriptorsddl)|@(pnputil)\s…(?:-a|/add-driver|-i)\b|@(nssm)\s+install`,
    ),
  },
  {
    rule: ruleOf('windows.wmi-subscription', 'persistence', 'high', 'a WMI subscription that runs a program on an event', powershell("New-CimInstance -Namespace root/subscription -ClassName __EventFilter -Property @{Name='x'}"), powershell('Get-CimInstance -Namespace root/subscription -ClassName __EventFilter'), `${T}T1546.003`),
    literals: ['__eventfilter', 'eventconsumer', 'filtertoconsumer', '/subscription', '\\subscription', 'register-wmievent', '.mof', 'mofcomp'],
    pattern: pattern(String.raw`(?:new-ciminstance|set-wmiinstance|swmi|wmic|new-object|\[wmiclass\]|put\(\)|\bcreate\b)…(?:__eventfilter|commandlineeventconsumer|activescripteventconsumer|__filtertoconsumerbinding)|root[\\/]subscription…\bcreate\b|register-(?:wmi|cimindication)event…(?:start-process|iex|invoke|powershell|cmd)|@(mofcomp)\s`),
  },
  {
    rule: ruleOf('windows.startup-folder', 'persistence', 'high', 'a file put into a folder whose programs Windows starts, or into a shell’s profile', powershell('Copy-Item u.lnk "$env:APPDATA\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\u.lnk"'), powershell('Get-ChildItem "$env:APPDATA\\Microsoft\\Windows\\Start Menu\\Programs\\Startup"'), `${T}T1547.001, T1546.013`),
    literals: ['\\startup', 'programs/startup', '$profile', 'profile.ps1', 'setup\\scripts', 'word\\startup', 'excel\\xlstart', 'xlstart', 'microsoft\\addins', 'templates\\normal.dotm', 'setupcomplete', 'errorhandler.cmd', 'internetshortcut', 'shell:startup'],
    pattern: pattern(
      String.raw`(?:copy|cp|xcopy|move|mv|ren|out-file|set-content|add-content|new-item|>|echo|createshortcut|save\(|invoke-webrequest|iwr|downloadfile|mklink|writealltext)…(?:start menu\\programs\\startup|shell:startup|\$profile\b|\\(?:microsoft\.)?(?:powershell_)?profile\.ps1|windows\\setup\\scripts\\|word\\startup|xlstart|microsoft\\addins|normal\.dotm|\binternetshortcut\])|start menu\\programs\\startup\\\S{1,80}\.(?:bat|cmd|vbs|js|lnk|exe|ps1|hta|url|dll)|(?:add-content|set-content|out-file|>>?)…\$profile`,
    ),
    unless: /^(?:get-|dir |ls |gci |test-path|remove-item|del |rm )/,
  },
  {
    rule: ruleOf('windows.new-account', 'persistence', 'high', 'a new account, a new password for one, or a sleeping one woken', cmd('net user support P4ss /add'), cmd('net user support'), `${T}T1136`),
    literals: ['net user', 'net.exe user', 'net1 user', 'adaccountpassword', 'net.exe', '/add', '/active', 'localuser', 'aduser', 'new-mg', 'new-az', 'new-msol', 'dsadd', 'new-mailbox', 'useraccount', 'createnewlocaladmin', 'new-adcomputer', 'serviceprincipal', 'add-mg', 'appcredential', 'invitation'],
    pattern: pattern(String.raw`@(net1?)\s+user\s…[/-]a(?:dd|ctive:y)|@(net1?)\s+user\s+\S{1,60}\s+[^/\s-]\S{1,60}\s*$|set-adaccountpassword|new-(?:localuser|aduser|adcomputer|adserviceaccount|msoluser|azureaduser|mguser|azaduser|azadserviceprincipal|azureadserviceprincipal|azadappcredential|azureadapplication(?:key|password)credential|azureadserviceprincipalpasswordcredential|mailuser|azureadmsinvitation|msolserviceprincipalcredential)\b|enable-localuser|set-localuser…administrator…-password|@(dsadd)\s+user|useraccount…set\s+disabled=false|createnewlocaladmin|new-mgserviceprincipal|add-mg(?:application|serviceprincipal)(?:password|key)`),
  },
  {
    rule: ruleOf('windows.accessibility-swap', 'persistence', 'high', 'a system program replaced by another that the logon screen starts', cmd('copy /y C:\\Windows\\System32\\cmd.exe C:\\Windows\\System32\\sethc.exe'), cmd('copy C:\\app\\cmd.txt D:\\backup'), `${T}T1546.008, T1574`),
    literals: ['sethc', 'utilman', 'magnify', 'osk.exe', 'narrator', 'displayswitch', 'atbroker', 'termsrv', 'c:\\program.exe', 'system32\\'],
    pattern: pattern(String.raw`(?:copy|cp|move|xcopy|ren|copy-item|move-item|mklink)\b…(?:sethc|utilman|magnify|osk|narrator|displayswitch|atbroker)\.exe|(?:copy|move|set-content|copy-item|cp)\b…(?:c:\\program\.exe|system32\\\S{1,60}\.dll|termsrv\.dll|system32\\?$)|set-acl…(?:termsrv|system32)`),
  },
  {
    rule: ruleOf('windows.remote-access', 'persistence', 'high', 'remote access opened: RDP, remote management, port forwarding', cmd('reg add "HKLM\\System\\CurrentControlSet\\Control\\Terminal Server" /v fDenyTSConnections /t REG_DWORD /d 0 /f'), cmd('reg query "HKLM\\System\\CurrentControlSet\\Control\\Terminal Server"'), `${T}T1021.001, T1090`),
    literals: ['fdenytsconnections', 'portproxy', 'psremoting', 'winrm', 'shadow /', 'openssh.server', 'anydesk', 'rustdesk', 'teamviewer', 'trustedhosts', 'userauthentication', 'screenconnect', 'splashtop', 'logmein', 'netsupport', 'ammyy', 'atera', 'connectwise', 'code tunnel', 'code.exe tunnel', 'code-tunnel', 'devtunnel', 'openssh', 'administrators_authorized_keys', 'chrome-remote', 'remotepc', 'dwagent', 'meshagent', 'tacticalrmm'],
    pattern: pattern(String.raw`fdenytsconnections…\b0\b|portproxy\s+add|enable-psremoting|@(winrm)\s+(?:quickconfig|set)|trustedhosts…\*|add-windowscapability…openssh\.server|@(anydesk|rustdesk)\s…--(?:install|set-password)|rdp-tcp…userauthentication…\b0\b|@(winget|choco|scoop|msiexec)\s…(?:install|/i)…(?:teamviewer|anydesk|rustdesk|screenconnect|splashtop|logmein|netsupport|ammyy|atera|dwagent|meshagent|tacticalrmm)|(?:^|[\s\\|;])code(?:\.exe)?\s+tunnel\b|(?:screenconnect|netsupport|ammyy|meshagent|dwagent)\S*\.(?:exe|msi)|software\\openssh…defaultshell(?!…(?:powershell|pwsh|bash))|administrators_authorized_keys`),
    unless: /^(?:reg(?:\.exe)? query|get-)/,
  },
];
