/** What all of them are configured with where their documentation leaves it to the application. */
export const SECRET = "correct-horse-battery-staple-0123456789";

/** Seconds that a session lives without a request. */
export const TTL = 3_600;
