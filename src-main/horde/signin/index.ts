export { createSignIn, type SignIn, type SignInPlatform } from './sign-in.ts';
