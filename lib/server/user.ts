/** What MONAI Label calls whoever uses a server without logins; it is kept in the info of what they write. */
export const user = 'admin';
