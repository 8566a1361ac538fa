/* generated */
var itemObj=[{'title':'关于开展2024年度中小企业数字化转型试点申报工作的通知','link':"/ssl/0.html",'date':'2024年3月20日', tags:['a','b',],},
{'title':'关于公布第三批绿色工厂名单的公告','link':"/ssl/1.html",'date':'2024年3月19日', tags:['a','b',],},
{'title':'青河市工业和信息化局关于印发《设备更新实施方案》的通知','link':"/ssl/2.html",'date':'2024年3月18日', tags:['a','b',],},
{'title':'关于征求《工业用地管理办法（征求意见稿）》意见的函','link':"/ssl/3.html",'date':'2024年3月17日', tags:['a','b',],}];
