export type LocalStackErrorCode =
  | 'port_in_use'
  | 'data_dir_locked'
  | 'data_dir_foreign'
  | 'nats_server_missing'
  | 'nats_server_too_old'
  | 'nats_failed'
  | 'postgres_missing'
  | 'postgres_failed'
  | 'admin_key_malformed'
  | 'migration_failed'
  | 'service_misconfigured'
  | 'services_not_ready';

/** Why a part of the local stack cannot run: one sentence for the person at the keyboard, and a stable `code`. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
  readonly code: LocalStackErrorCode;

  constructor(code: LocalStackErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
