/** Most lines about joining, leaving and renaming in one page, so that a busy default group stays light. */
export const MAX_PAGE_NOTICES = 200
