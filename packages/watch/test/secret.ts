/** As `openssl rand -base64 32` makes them. */
export const SECRET = "mG/GxsSrqfwE9Tqb9admmF1icqrFoQJufG8JE9KEU8E=";
