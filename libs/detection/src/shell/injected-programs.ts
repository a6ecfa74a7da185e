import { programName } from './programs.ts';

const words = (list: string): readonly string[] => list.trim().split(/\s+/);

/** Program names that hardly occur in other texts. */
const STRONG: ReadonlySet<string> = new Set(
  words(`
  whoami ifconfig ipconfig uname wget curl netstat passwd chpasswd chmod chown chgrp chattr systeminfo nslookup bash zsh dash ksh csh tcsh python python2 python3 perl php ruby
  nc ncat netcat socat telnet tftp sudo doas pkexec useradd adduser usermod groupadd visudo crontab systemctl journalctl iptables ufw nmap tcpdump ssh scp sftp sshpass ssh-copy-id ssh-keygen
  rsync mkdir rmdir mkfifo mktemp mkfs lsof lsblk lscpu lsmod pgrep pkill killall ps pwd printenv getent hostnamectl dmesg busybox xxd hexdump base64 base32 openssl gpg awk gawk mawk nawk sed egrep fgrep grep
  xargs nohup setsid stdbuf strace ltrace gdb lldb gcc g++ c89 c99 cc clang tclsh lua5.1 nodejs npm npx pip pip3 apt-get apt yum dnf apk dpkg rpm docker kubectl git svn
  tar gunzip gzip bzip2 unzip xz zcat bzcat cpio uudecode uuencode psql mysql mysqldump sqlite3 mongo mongosh redis-cli msfvenom certutil bitsadmin wmic tasklist taskkill
  schtasks netsh regsvr32 rundll32 mshta cscript wscript powershell pwsh cmd cmd.exe powershell.exe bcdedit bcdboot vssadmin wevtutil icacls attrib net1 nltest dsquery qwinsta arp nbtstat tracert traceroute
  ansible-playbook ansible-doc chef-shell chef-vault chef-run chef-solo rmt cpulimit ldapsearch dig nslookup whois finger lynx w3m aria2c axel fetch ftp smbclient rpcclient showmount iex iwr irm iwmi invoke-expression invoke-webrequest start-process
  vim nvim rvim emacs ex unlink truncate sha256sum md5sum basenc iconv setenforce chroot nsenter unshare capsh getcap setcap ip6tables arpspoof base58 rlwrap script-exporter genie phpinfo
  adduser[r] dosbox shutdown poweroff mknod insmod modprobe mount umount fdisk wipefs shred ld.so tshark nping hping3 masscan gobuster sqlmap hydra burpsuite rbash xterm xdg-open osascript screencapture launchctl dscl
  7zr agetty apport-cli aspell atobm basez bconsole bpftrace bunzip2 busctl byebug bzegrep bzexe bzfgrep bzgrep bzless bzmore capsh certbot check_by_ssh check_log chflags choom chsh cobc cowsay cowthink csplit csvtool
  cupsfilter dialog dmidecode dmsetup dvips easy_install espeak exiftool facter fping getfacl ghc ginsh gtester gzcat gzexe highlight htdigest htpasswd ifdown ifup iftop ionice ispell jexec joe ksshell ldconfig lftp
  loginctl logsave lualatex luatex lwp-download lwp-request lxc-attach lz4 mlocate msgattrib msgcat msgfilter msguniq mtr multitime mutt nasm neofetch netplan nft nroff ntpdate octave pandoc pdflatex pdksh pg_dump pg_dumpall
  pidstat pigz popd psftp ptx puppet pushd readelf restic rnano routel rpmdb rpmquery rpmverify run-parts run-mailcap rview scanmem sdiff setarch setfacl setlock slsh soelim softlimit sshd start-stop-daemon sysctl
  systemd-resolve systemd-run tailf tasksel tcping tdbtool tmate traceroute6 troff unexpand unlz4 unlzma unpigz unrar unxz unzstd update-alternatives valgrind varnishncsa vigr vimdiff vipw virsh volatility whiptail wireshark
  xelatex xetex xmodmap xmore xzcat xzgrep zathura zdiff zegrep zfgrep zgrep zless zsoelim zstd zypper arch-chroot doas gsocket gh glab terraform ansible helm aws gcloud az heroku
  auditpol bootcfg cacls certreq chcp chkdsk chkntfs cmdkey csvde dcdiag defrag diskpart diskshadow dism djoin doskey driverquery dsadd dsget dsmod dsrm esentutl eventcreate extrac32 findstr forfiles fsutil gpresult gpupdate
  iisreset klist ksetup ktpass ldifde lodctr logman logoff makecab manage-bde mklink mountvol msiexec msinfo32 mstsc netdom ntbackup ntdsutil openfiles pathping pnputil powercfg qappsrv qprocess quser rasdial regini relog
  repadmin robocopy rpcinfo rwinsta secedit setspn setx sfc subst sysprep takeown tlntadmn tracerpt tsdiscon tskill typeperf tzutil unlodctr w32tm waitfor wbadmin wecutil winrm winrs winsat xcopy installutil msbuild regasm regsvcs
  out-file out-null set-content add-content clear-content get-credential invoke-restmethod invoke-item new-item copy-item move-item stop-process stop-service restart-service restart-computer stop-computer new-service start-service get-wmiobject get-ciminstance get-itemproperty set-itemproperty new-itemproperty convertto-securestring get-aduser get-localuser new-localuser add-localgroupmember new-psdrive enter-pssession new-pssession start-job register-scheduledtask set-mppreference add-mppreference add-type foreach-object get-childitem get-content get-process get-service invoke-command invoke-wmimethod new-object remove-item set-executionpolicy start-bitstransfer test-connection
  regedit apache2ctl nginx supervisorctl pm2 ps1 zip rar 7z 7za tee ln cpan gem bundle irb jrunscript jjs ghci ocaml scheme rlogin rsh rexec rcp julia
  `),
);

/** Program names that are words of other texts too. */
const WEAK: ReadonlySet<string> = new Set(
  words(`
  cat id ls dir type net echo printf ping sleep find sort head tail more less who w top cp mv rm dd date time host set kill touch test make split cut join watch man nice look open env export
  hostname last file stat wc tr uniq diff nl od tac rev fold paste comm strings sh vi nano ed pico node java go lua expr eval exec source alias history help copy move del erase ren start call reg sc for if while do
  print read write mail sendmail at batch cd ss ip route df du free uptime logname groups users finger fmt pr jq yq cmp column screen tmux service init halt reboot su umask ulimit trap timeout yes seq factor python
  ver vol tree path query runas assoc ftype timeout choice shift pause title color cls fc sum base install join link nm ar as ld strip size view edit say bc dc true false locate lsattr
  `),
);

/** Weak names that a text may well end with. */
const ENDING: ReadonlySet<string> = new Set(words('id ls dir pwd ps env w ver set df ss ip sh'));

/** Programs of Windows that payloads start to show that they can. */
const DESKTOP = /^(?:.{0,80}\\)?(?:calc|notepad|mspaint|regedit|taskmgr|explorer|write|winver|cmd|control|mmc|iexplore|msedge)\.exe$/i;

type Strength = 'strong' | 'weak' | undefined;

export function strengthOf(called: string): Strength {
  const name = programName(called);
  return STRONG.has(name) || (called.charAt(called.length - 4) === '.' && DESKTOP.test(called)) ? 'strong' : WEAK.has(name) ? 'weak' : undefined;
}

/** Whether a shell would most likely find a program of this name. */
export const isProgram = (called: string): boolean => strengthOf(called) !== undefined;

export const mayEnd = (called: string): boolean => ENDING.has(programName(called));

const FILLER = /\$\{[^}\s]{0,24}\}|\$\(\)|\$[A-Za-z_]\w{0,30}|\$[@*!?#\-0-9]|``|['"]|\\/g;

/** A word without what hides it: quotes, backslashes, variables that are not set. */
export const bare = (word: string): string => word.replace(FILLER, '').replace(/\[(\w)\]/g, '$1');
