/** Functions that make a database wait. */
export const DELAYS = new Set(['sleep', 'pg_sleep', 'pg_sleep_for', 'pg_sleep_until', 'benchmark', 'randomblob', 'receive_message', 'sys_sleep']);

/** Functions whose error messages carry what was asked for. */
export const ERROR_TELLING = new Set(['extractvalue', 'updatexml', 'name_const', 'gtid_subset', 'gtid_subtract', 'xmltype', 'getmappingxpath', 'drithsx', 'get_host_address', 'geometrycollection', 'multipoint', 'multilinestring', 'st_latfromgeohash', 'st_longfromgeohash', 'st_pointfromgeohash', 'sys_xmlagg', 'query_to_xml', 'database_to_xml', 'table_to_xml']);

/** Functions and procedures by which a database reads files, opens connections or runs programs. */
export const REACHING = new Set([
  'load_file', 'load_extension', 'lo_import', 'lo_export', 'pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'pg_stat_file', 'xp_cmdshell', 'xp_dirtree', 'xp_fileexist', 'xp_subdirs', 'xp_regread', 'xp_regwrite', 'xp_servicecontrol',
  'xp_availablemedia', 'xp_getfiledetails', 'sp_oacreate', 'sp_oamethod', 'sp_execute_external_script', 'sp_configure', 'sp_addextendedproc', 'sp_addsrvrolemember', 'sp_addlogin', 'sp_makewebtask', 'sp_executesql', 'openrowset', 'opendatasource', 'openquery', 'dbms_java', 'dbms_java_test',
  'dbms_scheduler', 'dbms_xslprocessor', 'dbms_ldap', 'dbms_advisor', 'utl_http', 'utl_file', 'utl_smtp', 'utl_tcp', 'utl_inaddr', 'httpuritype', 'sys_exec', 'sys_eval', 'sys_get', 'filetoclob', 'filetoblob', 'dblink_connect', 'dblink_connect_u', 'fn_xe_file_target_read_file', 'fn_trace_gettable', 'fn_get_audit_file',
]);

/** What tells an attacker where they are. */
export const SYSTEM_CALLS = new Set(['version', 'user', 'database', 'schema', 'current_user', 'system_user', 'session_user', 'current_database', 'current_schema', 'db_name', 'host_name', 'user_name', 'suser_sname', 'suser_name', 'sqlite_version', 'connection_id', 'is_srvrolemember', 'is_member', 'has_dbaccess', 'serverproperty', 'object_id', 'current_setting', 'getpgusername', 'pg_backend_pid', 'sys_context', 'utl_raw', 'load_file']);

/** Functions that take a value apart or put it together, character by character. */
export const CHARACTER_CALLS = new Set(['substring', 'substr', 'substrb', 'mid', 'ascii', 'ord', 'unicode', 'char', 'chr', 'nchar', 'hex', 'unhex', 'bin', 'concat', 'concat_ws', 'group_concat', 'string_agg', 'listagg', 'wm_concat', 'elt', 'make_set', 'lpad', 'rpad', 'length', 'char_length', 'ifnull', 'left', 'right', 'instr', 'locate', 'position', 'strcmp', 'find_in_set', 'interval', 'aes_decrypt', 'hextoraw', 'rawtohex', 'to_hex', 'unistr', 'convert_from', 'json_extract', 'json_keys', 'md5', 'sha1', 'bitand', 'crc32', 'conv', 'field']);

/** Names that only the catalogue of a database has. */
export const CATALOGUE =
  /^(?:information_schema|sqlite_(?:master|schema|temp_master)|sys(?:objects|columns|users|databases|logins|xlogins|comments|processes|tables|files)|sysibm|syscat|syscolumns|pg_(?:catalog|shadow|authid|user|roles|database|tables|class|stat_activity|stat_user_tables|hba_file_rules)|all_(?:tables|users|tab_columns|objects|views|db_links)|user_(?:tables|tab_columns|objects|role_privs|sys_privs)|dba_(?:users|tables|tab_columns|objects|role_privs|sys_privs)|v\$(?:version|session|instance|database|parameter)|rdb\$\w+|mon\$\w+|msys(?:objects|accessobjects|queries|relationships|aces)|iitables|iicolumns|iirelation|innodb_(?:table|index)_stats|performance_schema)$/;

/** A table of accounts that belongs to the database itself. */
export const ACCOUNT_TABLE = /^(?:user|users|login|db|global_priv|tables_priv|columns_priv|proxies_priv)$/;

/** What a condition stands behind. */
export const WHERES = new Set(['where', 'having', 'on']);
export const UNIONS = new Set(['union', 'except', 'intersect']);
/** Words of a statement that may show that one of its values was broken out of. */
export const NOTABLE_WORDS = new Set([...WHERES, ...UNIONS, ...DELAYS, ...ERROR_TELLING, 'json_keys', 'waitfor', 'convert', 'cast', 'ascii', 'ord', 'unicode', 'substring', 'substr', 'mid', 'procedure']);

/** Functions and procedures that run programs, read files or open connections. */
export const COMMANDS = new Set(['xp_cmdshell', 'sp_oacreate', 'sp_oamethod', 'sp_execute_external_script', 'sys_exec', 'sys_eval', 'load_extension', 'dbms_java', 'dbms_java_test', 'xp_regwrite', 'xp_servicecontrol', 'sp_addextendedproc']);
export const READS = new Set(['load_file', 'pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'lo_import', 'filetoclob', 'filetoblob', 'xp_fileexist', 'xp_subdirs', 'xp_regread', 'fn_xe_file_target_read_file', 'readfile']);
export const CONNECTS = new Set(['utl_http', 'utl_inaddr', 'utl_smtp', 'utl_tcp', 'httpuritype', 'dbms_ldap', 'dblink_connect', 'dblink_connect_u', 'xp_dirtree', 'opendatasource', 'http_get', 'http_post']);
export const OUTWARD_WORDS = new Set([...COMMANDS, ...READS, ...CONNECTS, 'outfile', 'dumpfile', 'mysql', 'pg_shadow', 'pg_authid', 'sql_logins', 'syslogins', 'sysxlogins', 'dba_users', 'user$', 'sp_configure', 'sp_addsrvrolemember', 'sp_addrolemember', 'dbms_scheduler', 'pg_terminate_backend', 'dblink', 'openrowset', 'utl_file', 'lo_export']);
