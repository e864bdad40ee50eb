/** Words of the dialogs; they come with them. */
const en = {
  startOver: 'Start over',
  confirmDiscard: 'Your answers, messages and uploaded files will be deleted.',
  confirmForget:
    'This clears the conversation from this device. We keep what you’ve sent us, so please note your reference.',

  myData: 'My data',
  loading: 'One moment…',
  onlyHere: 'Your answers stay on this device until you submit your request.',
  away: 'That didn’t work. Please try again in a moment.',
  change: 'Change',
  save: 'Save',
  personal_data: 'Storing your data',
  ai_training: 'Training our AI assistant with your files',
  ai_answers: 'Our AI assistant reading your files',
  agreedOn: '✓ Agreed on {time}',
  declinedOn: '✗ Declined on {time}',
  withdraw: 'Withdraw consent',
  messages: 'Your messages',
  downloadFile: 'Download {name}',
  remove: 'Remove file',
  removeConsequence: 'We’ll delete {name}. This can’t be undone.',
  downloadAll: 'Download everything (ZIP)',
  erase: 'Erase everything',
  eraseConsequence:
    'We’ll erase your details, files and messages, on this device and on our servers, and close your request. This can’t be undone.',
  erased: 'Everything has been erased. Your reference {reference} is no longer valid. Goodbye!',
  keep: 'Save the conversation',
  print: 'Print',
  language: 'Language',
  textSize: 'Text size',
  sound: 'Sound when Maria writes',
};

export type DialogTexts = typeof en;
export default en;
