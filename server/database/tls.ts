import type {ConnectionOptions} from 'node:tls';

/** `sslmode` in DATABASE_URL, with the meaning it has for every PostgreSQL client. */
export const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type TlsMode = (typeof TLS_MODES)[number];

/** How the connections to this database are encrypted; undefined when they are not. */
export const tlsOf = (databaseUrl: string): ConnectionOptions | undefined => {
  const mode = new URL(databaseUrl).searchParams.get('sslmode') as TlsMode | null;
  switch (mode) {
    case 'require':
      return {rejectUnauthorized: false};
    case 'verify-ca':
      // The chain is checked, the name is not.
      return {checkServerIdentity: () => undefined};
    case 'verify-full':
      return {};
    default:
      return undefined;
  }
};
