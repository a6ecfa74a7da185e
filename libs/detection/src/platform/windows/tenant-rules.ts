import { powershell, ruleOf } from '../examples.ts';
import { pattern } from './pattern.ts';
import type { WindowsRule } from './rule.ts';

const T = 'MITRE ATT&CK ';

/** Directories, mail and cloud tenants as PowerShell administers them. */
export const tenantRules: readonly WindowsRule[] = [
  {
    rule: ruleOf('windows.mail-forwarding', 'persistence', 'high', 'mail forwarded, redirected or copied to another address from now on', powershell('Set-Mailbox -Identity lena -ForwardingSmtpAddress smtp:x@example.net'), powershell('New-InboxRule -Name news -From news@example.com -MoveToFolder News'), `${T}T1114.003`),
    literals: ['inboxrule', 'forwardingsmtpaddress', 'forwardingaddress', 'transportrule', 'journalrule', 'autoforward'],
    pattern: pattern(String.raw`(?:new|set)-inboxrule…-(?:forwardto|redirectto|forwardasattachmentto)\b|set-mailbox\b…-forwarding(?:smtp)?address\b|(?:new|set)-transportrule…-(?:blindcopyto|redirectmessageto|copyto|addtorecipients)\b|new-journalrule\b|set-remotedomain…-autoforwardenabled\s+\$?true`),
  },
  {
    rule: ruleOf('windows.mail-sent-on', 'network_exfiltration', 'high', 'the mail of a box or a company sent on to another address, whatever comes', powershell('Set-Mailbox -Identity lena -ForwardingSmtpAddress smtp:x@example.net'), powershell('New-InboxRule -Name news -From news@example.com -MoveToFolder News'), `${T}T1114.003`),
    literals: ['inboxrule', 'forwardingsmtpaddress', 'forwardingaddress', 'transportrule', 'journalrule', 'autoforward'],
    pattern: pattern(String.raw`(?:new|set)-inboxrule…-(?:forwardto|redirectto|forwardasattachmentto)\b|set-mailbox\b…-forwarding(?:smtp)?address\b|(?:new|set)-transportrule…-(?:blindcopyto|redirectmessageto|copyto|addtorecipients)\b|new-journalrule\b|set-remotedomain…-autoforwardenabled\s+\$?true`),
  },
  {
    rule: ruleOf(
      'windows.tenant-weakened', 'privilege_escalation', 'high', 'auditing, second factors, sharing limits or log destinations of a tenant or subscription taken away', powershell('Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $false'), powershell('Get-AdminAuditLogConfig'), `${T}T1562.008, T1556.006`,
    ),
    literals: ['auditlogconfig', 'auditdisabled', 'auditenabled', 'auditbypass', 'strongauthentication', 'blobpublicaccess', 'conditionalaccess', 'federateddomain', 'domainauthentication', 'sharingcapability', 'diagnosticsetting', 'logprofile', 'azeventhub', 'networkwatcher', 'activitylogalert', 'actiongroup', 'networksecurityrule', 'authenticationmethod', 'sqlserverfirewallrule', 'azkeyvaultaccesspolicy'],
    pattern: pattern(
      String.raw`set-adminauditlogconfig…\$?false|set-organizationconfig…-auditdisabled\s+\$?true|set-mailbox\b…-auditenabled\s+\$?false|set-mailboxauditbypassassociation…\$?true|set-msoluser…-strongauthentication(?:requirements|methods)\s+@\(\)|set-azstorageaccount…-allowblobpublicaccess\s+\$?true|(?:remove|update)-(?:mgidentity|azuread(?:ms)?)conditionalaccesspolicy(?:…disabled|\b)|new-(?:msol|mg\w{0,10}|azuread)federateddomain|set-(?:msol|mg)domain(?:federation)?(?:authentication|settings)|convert-msoldomaintofederated|set-spo(?:tenant|site)…-sharingcapability\s+external|(?:remove|disable)-az(?:diagnosticsetting|logprofile|eventhub\w*|networkwatcher\w*|activitylogalert|actiongroup|monitor\w+)\b|set-azdiagnosticsetting…\$?false|(?:new|add|set)-aznetworksecurityrule\w*…-access\s+allow…(?:\*|internet|0\.0\.0\.0)|remove-mguserauthentication\w+|new-azsqlserverfirewallrule…0\.0\.0\.0…255\.255\.255\.255|set-azkeyvaultaccesspolicy…\ball\b`,
    ),
    unless: /^(?:get-|write-)/,
  },
  {
    rule: ruleOf(
      'windows.app-rights', 'persistence', 'high', 'a credential, role or consent added to an application of a tenant', powershell('Add-MgApplicationPassword -ApplicationId 1'), powershell('Get-MgApplication -ApplicationId 1'), `${T}T1098.001, T1098.003`),
    literals: ['mgapplication', 'applicationpermission', 'approleassignment', 'oauth2permissiongrant', 'adappcredential', 'adspcredential', 'serviceprincipalpassword', 'applicationkeycredential', 'applicationpasswordcredential', 'appcredential'],
    pattern: pattern(String.raw`add-mgapplication(?:password|key)|add-mgserviceprincipal(?:password|key)|grant-azureadapplicationpermission|new-(?:azuread|mg)service(?:principal)?approleassignment|new-mguserapproleassignment|new-mgoauth2permissiongrant|new-az(?:ad(?:app|sp|serviceprincipal)credential)|new-azuread(?:application|serviceprincipal)(?:password|key)credential`),
  },
  {
    rule: ruleOf(
      'windows.directory-rights', 'privilege_escalation', 'high', 'rights over a domain, its groups or its accounts given out or prepared for theft', powershell('Add-DomainObjectAcl -TargetIdentity "DC=example" -PrincipalIdentity svc -Rights DCSync'), powershell('Get-DomainObjectAcl -Identity svc'), `${T}T1098, T1222.001, T1558.003`,
    ),
    literals: ['domainobject', 'dsmod', 'dsacls', 'adpermission', 'dcsync', 'domaingroupmember', 'domainuserpassword', 'machineaccount', 'principalsallowedtodelegate', 'allowedtoactonbehalf', 'ldifde', 'krbtgt', 'serviceprincipalname', 'setspn', 'msds-', 'sidhistory', 'adminsdholder', 'new-gpo', 'gplink', 'gpregistryvalue', 'shadowcredential', 'whisker'],
    pattern: pattern(
      String.raw`add-(?:domainobjectacl|objectacl|adpermission|domaingroupmember)|set-domain(?:object\b…-(?:set|clear)|userpassword|objectowner)|@(dsmod)\s+group\s…-addmbr|@(dsacls)\s…/(?:g|p|r)\s|new-machineaccount|set-ad(?:computer|user|account\w*)…(?:principalsallowedtodelegate|allowedtoactonbehalf|msds-|serviceprincipalname|trusted\w*delegation)|@(ldifde)\s…-i\b|set-adaccountpassword…krbtgt|@(setspn)\s…-[as]\s|(?:add|set)-adobject…sidhistory|adminsdholder…(?:acl|rights|grant)|new-gplink|set-gpregistryvalue|(?:invoke-)?whisker|invoke-dcsync`,
    ),
    unless: /^(?:get-|write-|setspn(?:\.exe)? -[qltx])/,
  },
];
