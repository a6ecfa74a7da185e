export type Paging = Readonly<{ limit?: number | undefined; cursor?: string | undefined }>;

const usualLimit = 50;

export const pageOf = ({ limit = usualLimit, cursor }: Paging): { limit: number; cursor?: string } => ({ limit, ...(cursor === undefined ? {} : { cursor }) });
