/** What a member may do in the session, and whether they are still in it. */
export const roles = `
ALTER TABLE member ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
ALTER TABLE member ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
`
