import type {DialogTexts} from './en.js';

const ar: DialogTexts = {
  confirmDiscard: 'ستُحذف إجاباتك ورسائلك وملفاتك.',
  confirmForget: 'سينسى هذا الجهاز المحادثة. ما سلّمته يبقى لدينا؛ احتفظ برقمك المرجعي.',

  myData: 'بياناتي',
  loading: 'لحظة…',
  onlyHere: 'اسمك على هذا الجهاز فقط حتى تسلّم طلبك.',
  away: 'تعذّر الاتصال. حاول لاحقًا.',
  change: 'تغيير',
  save: 'حفظ',
  personal_data: 'حفظ بياناتك',
  ai_training: 'تدريب الذكاء الاصطناعي بملفاتك',
  ai_answers: 'إجابات الذكاء الاصطناعي',
  withdraw: 'سحب الموافقة',
  messages: 'رسائلك',
  downloadFile: 'تنزيل {name}',
  downloadAll: 'تنزيل الكل (ZIP)',
  erase: 'محو الكل',
  eraseConsequence: 'ستُمحى بياناتك وملفاتك ورسائلك هنا ولدينا بلا رجعة.',
  erased: 'مُحيت بياناتك وملفاتك هنا ولدينا. لم يعد الرقم المرجعي {reference} صالحًا. إلى اللقاء.',
  print: 'طباعة',
  language: 'اللغة',
  textSize: 'حجم النص',
  sound: 'صوت الرسائل',
};

export default ar;
