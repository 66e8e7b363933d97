/** How old a status proof may be. */
export const status_age_default_s = 30 * 86400;
