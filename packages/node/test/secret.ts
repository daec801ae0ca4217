/** Signs the tests' tokens. */
export const secret = "cHJvYmFibHkgbm90IGEgc2VjcmV0LCBidXQgbG9uZyBlbm91Z2g=";
