import { fileURLToPath } from 'node:url';

/** The workspace of this tool. */
export const ownWorkspace = fileURLToPath(new URL('../../..', import.meta.url));
