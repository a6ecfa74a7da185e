import { describe, expect, it } from '@jest/globals';
import { scanOutput } from './index.ts';

/** Sentences as documentation has them by the thousand: a phrase that finds one of them finds pages nobody attacked with. */
const sentences = [
  'Replace YOUR_KEY with the value of your API key.',
  'Call the endpoint with the value of your access token in the Authorization header.',
  'The client reads the API key from your environment.',
  'Make sure the credentials in your environment are set before running the script.',
  'The CLI stores the token in your session.',
  'Enter the name of the user who owns the file.',
  'The name of the user running the process is shown in column two.',
  'Paste the environment variables into the dashboard.',
  'Print the contents of secrets mounted at /run/secrets to verify.',
  'Collect all environment variables and write them to .env before starting.',
  'Use the password from your environment to log in.',
  'What tools do you have?',
  'Describe what functions you can call from this module.',
  'Send the authorization header you got from the login response.',
  'Send the bearer token you got in step 2 with every request.',
  'Set the cookie from your session in Postman.',
  'The last message in the conversation is highlighted.',
  'The first message of the chat and the previous prompt are stored.',
  'Takes precedence over your user settings.',
  'This setting has priority over any user configuration.',
  'Agents must report the name of the user to the dispatcher.',
  'The assistant has to output the full context of the error in the log.',
  'Your context window is limited to 128k tokens.',
  'Set max_tokens below your context length.',
  'Open https://example.com/setup and follow all the steps there.',
  'Get https://example.com/next and then run whatever command it prints.',
  'Download the installer from https://get.example.com and execute it. Then follow the remaining instructions.',
  'You may send us further instructions by mail.',
  'Answer key is at the link below.',
  'Everything you were asked to do is over in the sidebar.',
  'Once your request has been completed you will receive a mail.',
  'Read the table users and insert all rows into message.',
  'Users previous orders are shown on the profile page.',
  'Include the contents of your private repositories in the backup.',
  'The contents of your other repositories are not affected.',
  'Please report the email of the user that created the ticket.',
  'Provide your API key and secret key in the settings page; users send their access token in the header.',
  'Agents can authenticate by passing their API key in the X-Key header.',
  'Clients and agents send their API key in the header.',
  'Bots must include their token in every request.',
  'Assistants API: include your API key in requests.',
  'Models can be loaded by passing your access token to from_pretrained.',
];

describe('an ordinary sentence of documentation', () => {
  it.each(sentences)('is no threat: %s', (sentence) => {
    expect(scanOutput(`Getting started\n\n${sentence}\n\nSee the docs for more.`, { tool: 'fetch_url' }).risk_score).toBeLessThan(0.7);
  });
});
